"""Many machines that share their work through a queue in PostgreSQL: `newscrawl fleet`, with Procrastinate."""
