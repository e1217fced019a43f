<?php
// Installs WordPress in the folder of the first argument and fills it with the site of the second, a JSON file.
error_reporting(E_ERROR);
$plan = json_decode(file_get_contents($argv[2]), true);
$_SERVER['HTTP_HOST'] = 'localhost';
$_SERVER['REQUEST_URI'] = '/';
define('WP_INSTALLING', true);
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification() {}
wp_install($plan['title'], 'editor', 'editors@example.org', true, '', 'not used');
kses_remove_filters();
wp_delete_post(1, true);
wp_delete_post(2, true);
update_option('blogdescription', $plan['slogan']);
update_option('permalink_structure', '/%year%/%monthnum%/%day%/%postname%/');
update_option('posts_per_page', 6);
update_option('timezone_string', 'UTC');
update_option('WPLANG', $plan['locale']);
wp_update_user(['ID' => 1, 'display_name' => $plan['author']]);
switch_theme($plan['theme']);
$sections = [];
foreach ($plan['sections'] as $index => $name) {
    $sections[] = wp_insert_term($name, 'category', ['slug' => "section-$index"])['term_id'];
}
foreach ($plan['posts'] as $post) {
    $id = wp_insert_post(wp_slash([
        'post_title' => $post['title'],
        'post_name' => $post['slug'],
        'post_content' => $post['body'],
        'post_excerpt' => $post['excerpt'],
        'post_date' => $post['date'],
        'post_date_gmt' => $post['date'],
        'post_status' => 'publish',
        'post_author' => 1,
        'post_category' => [$sections[$post['section']]],
        'tags_input' => $post['tags'],
        'comment_status' => 'open',
    ]));
    foreach ($post['comments'] as $number => [$name, $text]) {
        wp_insert_comment(wp_slash([
            'comment_post_ID' => $id,
            'comment_author' => $name,
            'comment_content' => $text,
            // A second of its own each: WordPress lists comments of the same second in any order.
            'comment_date' => date('Y-m-d H:i:s', strtotime($post['date']) + 86400 + 97 * $number),
            'comment_approved' => 1,
        ]));
    }
}
flush_rewrite_rules(false);
echo 'filled';
