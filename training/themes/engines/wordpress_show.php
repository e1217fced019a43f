<?php
// Prints the page of a WordPress in the folder of the first argument: host and path follow.
error_reporting(0);
$_SERVER['HTTP_HOST'] = $_SERVER['SERVER_NAME'] = $argv[2];
$_SERVER['REQUEST_URI'] = $argv[3];
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['HTTPS'] = 'on';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_NAME'] = '/index.php';
define('WP_USE_THEMES', true);
require $argv[1] . '/wp-load.php';
remove_filter('the_content', 'wpautop');
wp();
require ABSPATH . WPINC . '/template-loader.php';
