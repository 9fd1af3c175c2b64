/**
 * The event loops of this process, as the kernel sees them.
 *
 * @module
 */

/** How the kernel names an epoll instance in `/proc/self/fd`. */
const EPOLL = "anon_inode:[eventpoll]";
/**
 * How `/proc/self/fdinfo` tells that an instance is told of changes only (EPOLLET), as those of event loops are and
 * ours are not.
 */
const TOLD_OF_CHANGES = /^tfd:.* events: *[89a-f][0-9a-f]{7} /m;

/**
 * The epoll descriptors of the process: `poll(2)` says of one that it is readable when a socket, pipe or
 * child that its event loop waits for has something, or another thread has finished what the loop wants.
 * So a thread that waits for something else can tell that its own event loop has work.
 *
 * Each worker has an event loop of its own, and nothing tells which is whose. None where `/proc` cannot be
 * read.
 */
export function eventLoopDescriptors(): number[] {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name)).filter(
      isEventLoop,
    );
  } catch {
    return []; // No permission, or no /proc: who asks does without.
  }
}

function isEventLoop(fd: number): boolean {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`) === EPOLL &&
      TOLD_OF_CHANGES.test(Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`));
  } catch {
    return false; // It has been closed since, as the one that listed the others.
  }
}
