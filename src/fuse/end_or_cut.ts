/**
 * The end of a session whose mount has been taken away.
 *
 * @module
 */

/** How long the kernel may take to say that it has ended, in milliseconds: it says so at once. */
const END_MAX_MS = 2000;

/**
 * Waits for the end of a session whose mount is gone. Where it is mounted elsewhere too, in another namespace or as a
 * bind mount, or was moved there, the kernel would never end it: then `cut` does, and who uses it is told ENOTCONN.
 */
export async function endOrCut(finished: Promise<void>, cut: () => void): Promise<void> {
  const timer = setTimeout(cut, END_MAX_MS);
  try {
    await finished;
  } finally {
    clearTimeout(timer);
  }
}
