// Renders a site with a theme of Ghost: node ghost.cjs MODULES THEME SITE.json OUT
// Ghost's own helpers are written here as far as its default themes call them; the site has its posts and settings.
const fs = require('fs');
const path = require('path');

const [modules, theme, plan, out] = process.argv.slice(2);
const handlebars = require(path.join(modules, 'handlebars')).create();
const site = JSON.parse(fs.readFileSync(plan, 'utf8'));
const safe = (html) => new handlebars.SafeString(html);
const escape = handlebars.escapeExpression;
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
let kind = 'index';

const settings = JSON.parse(fs.readFileSync(path.join(theme, 'package.json'), 'utf8')).config || {};
const custom = {};
Object.entries(settings.custom || {}).forEach(([name, setting], index) => {
    const choices = setting.type === 'select' ? setting.options : setting.type === 'boolean' ? [true, true, false] : null;
    custom[name] = choices ? choices[(site.chance + index * 7) % choices.length] : setting.default;
});

const author = { name: site.author, url: `${site.url}/author/editor/`, bio: site.slogan, website: '', location: '' };
const posts = site.posts.map((post, index) => ({
    ...post,
    id: String(index),
    url: `${site.url}/${post.slug}/`,
    content: safe(post.html),
    custom_excerpt: post.excerpt,
    authors: [author],
    primary_author: author,
    primary_tag: { name: post.tags[0], url: `${site.url}/tag/tag-${index}/` },
    tags: post.tags.map((name) => ({ name, url: `${site.url}/tag/tag-${index}/` })),
    feature_image: index % 3 ? `${site.url}/content/images/${index}.jpg` : null,
    feature_image_caption: index % 6 === 1 ? site.credit : null,
    visibility: 'public',
    access: true,
    comments: index % 2 ? safe('<script defer src="https://cdn.example/comments-ui.min.js" data-ghost-comments></script>') : null,
}));

const byName = {
    asset: (name) => safe(`/assets/${name}?v=1`),
    authors() { return safe(`<a href="${author.url}">${escape(author.name)}</a>`); },
    body_class: () => `${kind}-template`,
    concat: (...parts) => parts.slice(0, -1).join(''),
    date(...given) {
        const { format } = given[given.length - 1].hash;
        const [year, month, day] = (this.date_iso || site.posts[0].date_iso).slice(0, 10).split('-');
        return format.replace('YYYY', year).replace('MMM', months[month - 1]).replace('MM', month).replace('DD', day);
    },
    foreach(items, options) {
        const list = (items || []).slice((options.hash.from || 1) - 1, options.hash.limit || 100);
        return list.map((item, index) => options.fn(item, {
            data: { ...handlebars.createFrame(options.data), first: !index, last: index === list.length - 1, index },
            blockParams: [item],
        })).join('') || options.inverse(this);
    },
    get(resource, options) {
        const without = /id:-(\d+)/.exec(options.hash.filter || '');
        const own = (options.hash.filter || '').includes('-') ? this.id || (this.post || {}).id : null;
        const found = posts.filter((post) => post.id !== (without ? without[1] : own)).slice(0, Number(options.hash.limit) || 12);
        return options.fn({ ...this, posts: found }, { data: options.data, blockParams: [found] });
    },
    ghost_foot: () => '',
    ghost_head() {
        const post = this.post || {};
        const meta = kind === 'post'
            ? `<meta name="description" content="${escape(post.excerpt)}">\n<meta property="og:type" content="article">\n`
                + `<meta property="og:title" content="${escape(post.title)}">\n<meta property="article:published_time" content="${post.date_iso}">\n`
                + `<script type="application/ld+json">${JSON.stringify({
                    '@context': 'https://schema.org', '@type': 'Article', headline: post.title, url: post.url, datePublished: post.date_iso,
                    author: { '@type': 'Person', name: author.name }, publisher: { '@type': 'Organization', name: site.title } })}</script>\n`
            : '';
        return safe(`<meta property="og:site_name" content="${escape(site.title)}">\n${meta}<meta name="generator" content="Ghost 5.130">`);
    },
    has(options) { return options.hash.visibility === 'public' ? options.fn(this) : options.inverse(this); },
    img_url: (image) => image || '',
    is(kinds, options) { return kinds.split(/,\s*/).includes(kind) ? options.fn(this) : options.inverse(this); },
    match(...given) {
        const options = given.pop();
        const [left, sign, right] = given.length === 3 ? given : [given[0], '=', given[1]];
        const holds = given.length === 1 ? Boolean(left)
            : { '=': left == right, '!=': left != right, '>': left > right, '<': left < right, '>=': left >= right, '<=': left <= right }[sign];
        if (!options.fn) return holds;
        return holds ? options.fn(this) : options.inverse(this);
    },
    meta_title() { return kind === 'post' ? this.post.title : site.title; },
    navigation: () => safe(`<ul class="nav">${site.menu.map((name, index) => `<li class="nav-${index}"><a href="${site.url}/${index}/">${escape(name)}</a></li>`).join('')}</ul>`),
    pagination: () => safe('<nav class="pagination"><span class="page-number">Page 1 of 2</span><a class="older-posts" href="/page/2/">Older Posts →</a></nav>'),
    plural: (count, options) => (count === 1 ? options.hash.singular : options.hash.plural).replace('%', count),
    post_class: () => 'post',
    recommendations: () => '',
    search: () => '',
    social_accounts(of, options) {
        return ['Facebook', 'X'].map((name) => options.fn({ href: '#', name, type: name.toLowerCase() }, { data: options.data })).join('');
    },
    social_url: () => '#',
    reading_time(options) {
        return (options.hash.minutes || '% min read').replace('%', String(1 + Math.round(this.html.length / 3000)));
    },
    t: (text) => text,
    url() { return this.url; },
    comment_count: () => '',
};
Object.entries(byName).forEach(([name, helper]) => handlebars.registerHelper(name, helper));

const partials = path.join(theme, 'partials');
for (const name of fs.readdirSync(partials, { recursive: true })) {
    if (name.endsWith('.hbs')) handlebars.registerPartial(name.slice(0, -4), fs.readFileSync(path.join(partials, name), 'utf8'));
}
const read = (name) => fs.readFileSync(path.join(theme, `${name}.hbs`), 'utf8');

function page(name, context) {
    const data = {
        site: { title: site.title, description: site.slogan, url: site.url, locale: site.language, members_enabled: site.chance % 2 === 0 },
        custom, config: { posts_per_page: 6 },
    };
    const body = handlebars.compile(read(name).replace(/^\{\{!<\s*default\s*\}\}/, ''))(context, { data });
    return handlebars.compile(read('default'))({ ...context, body }, { data });
}

const write = (name, html) => {
    fs.mkdirSync(path.join(out, name), { recursive: true });
    fs.writeFileSync(path.join(out, name, 'index.html'), html);
};
kind = 'post';
posts.forEach((post) => write(post.slug, page('post', { ...post, post })));
kind = 'index';
write('.', page('index', { posts: posts.slice(0, 6), pagination: { page: 1, pages: 2 } }));
kind = 'tag';
write('tag/news', page('tag', { tag: { name: site.menu[0], url: '/tag/news/', count: { posts: posts.length } }, posts, pagination: { page: 1, pages: 1 } }));
kind = 'author';
write('author/editor', page('author', { author, posts, pagination: { page: 1, pages: 1 } }));
