/**
 * `mount(2)` without libfuse, for root.
 *
 * @module
 */
import { ERRNO, errnoOf, O_CLOEXEC, O_RDWR } from "../base/mod.ts";
import { close, getgid, getuid, mount, open } from "../libc/mod.ts";
import { FuseMountError } from "./fuse_mount_error.ts";
import { MOUNT_FLAGS } from "./mount_options.ts";

const MS_NOSUID = 2;
const MS_NODEV = 4;
/** The root is a directory, as `rootmode` says in octal. */
const ROOT_MODE = "40000";

/**
 * Opens `/dev/fuse` and mounts it. As with libfuse, `nosuid` and `nodev` hold unless the options say
 * otherwise.
 *
 * @returns The fuse descriptor.
 * @throws {FuseMountError} With the kernel's reason.
 */
export function mountDirectly(mountpoint: string, words: readonly string[]): number {
  const fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    const advice = fd === -ERRNO.ENOENT.number
      ? "Load the kernel module (modprobe fuse); in a container, pass the device in"
      : "Only root can mount without libfuse";
    throw new FuseMountError(mountpoint, `Cannot open /dev/fuse: ${errnoOf(-fd).code}`, advice);
  }
  let flags = MS_NOSUID | MS_NODEV;
  let source = "fusewire";
  let type = "fuse";
  const data = [`fd=${fd}`, `rootmode=${ROOT_MODE}`, `user_id=${getuid()}`, `group_id=${getgid()}`];
  for (const word of words) {
    const flag = MOUNT_FLAGS.get(word);
    if (flag !== undefined) flags = (flags | flag.set) & ~flag.clear;
    else if (word.startsWith("fsname=")) source = word.slice("fsname=".length);
    else if (word.startsWith("subtype=")) type = `fuse.${word.slice("subtype=".length)}`;
    else data.push(word);
  }
  const result = mount(source, mountpoint, type, flags, data.join(","));
  if (result < 0) {
    close(fd);
    const { code, message } = errnoOf(-result);
    throw new FuseMountError(mountpoint, `Cannot mount ${mountpoint}: ${code} (${message})`);
  }
  return fd;
}
