/*
 * The smallest filesystem with libfuse's low-level API: a directory with the file `hello`. The answers are
 * those of libfuse's own example `hello_ll`, and the timeout can be set.
 *
 *     hello MOUNTPOINT TIMEOUT_SECONDS single|multi
 */
#define FUSE_USE_VERSION 34
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NODE 2

static const char TEXT[] = "Hello World!\n";
static double timeout;

static int describe(fuse_ino_t node, struct stat *out)
{
	memset(out, 0, sizeof(*out));
	out->st_ino = node;
	if (node == FUSE_ROOT_ID) {
		out->st_mode = S_IFDIR | 0755;
		out->st_nlink = 2;
	} else if (node == FILE_NODE) {
		out->st_mode = S_IFREG | 0444;
		out->st_nlink = 1;
		out->st_size = sizeof(TEXT) - 1;
	} else {
		return -1;
	}
	return 0;
}

static void on_getattr(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *file)
{
	struct stat found;
	(void)file;
	if (describe(node, &found) != 0)
		fuse_reply_err(request, ENOENT);
	else
		fuse_reply_attr(request, &found, timeout);
}

static void on_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry;
	if (parent != FUSE_ROOT_ID || strcmp(name, "hello") != 0) {
		fuse_reply_err(request, ENOENT);
		return;
	}
	memset(&entry, 0, sizeof(entry));
	entry.ino = FILE_NODE;
	entry.attr_timeout = entry.entry_timeout = timeout;
	describe(FILE_NODE, &entry.attr);
	fuse_reply_entry(request, &entry);
}

static void on_open(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *file)
{
	if (node != FILE_NODE)
		fuse_reply_err(request, EISDIR);
	else
		fuse_reply_open(request, file);
}

static void on_read(fuse_req_t request, fuse_ino_t node, size_t size, off_t offset,
		    struct fuse_file_info *file)
{
	size_t length = sizeof(TEXT) - 1;
	(void)node;
	(void)file;
	if ((size_t)offset >= length)
		fuse_reply_buf(request, NULL, 0);
	else
		fuse_reply_buf(request, TEXT + offset,
			       size < length - offset ? size : length - (size_t)offset);
}

static const struct fuse_lowlevel_ops OPERATIONS = {
	.lookup = on_lookup,
	.getattr = on_getattr,
	.open = on_open,
	.read = on_read,
};

int main(int argc, char *argv[])
{
	struct fuse_loop_config config = { .clone_fd = 0, .max_idle_threads = 10 };
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	if (argc != 4)
		return 2;
	timeout = atof(argv[2]);
	fuse_opt_add_arg(&args, argv[0]);
	struct fuse_session *session = fuse_session_new(&args, &OPERATIONS, sizeof(OPERATIONS), NULL);
	if (session == NULL || fuse_set_signal_handlers(session) != 0 ||
	    fuse_session_mount(session, argv[1]) != 0)
		return 1;
	int result = strcmp(argv[3], "single") == 0 ? fuse_session_loop(session)
						    : fuse_session_loop_mt(session, &config);
	fuse_session_unmount(session);
	fuse_session_destroy(session);
	return result != 0;
}
