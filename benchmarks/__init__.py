"""Quality and speed, measured on pages with known answers."""
