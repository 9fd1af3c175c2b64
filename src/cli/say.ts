/**
 * Messages for people.
 *
 * Nobody may be there to read them: the disk behind stdout is full, or the terminal is gone. What is served or mounted
 * goes on and ends as if they had been read. What a command is asked for, a help or a comparison, is no message.
 *
 * @module
 */

function unfailing(print: (text: string) => void): (text: string) => void {
  return (text) => {
    try {
      print(text);
    } catch {
      // Nobody is left who could be told.
    }
  };
}

/** Tells on stdout how things are. */
export const say: (text: string) => void = unfailing((text) => console.log(text));

/** Tells on stderr what is wrong. */
export const complain: (text: string) => void = unfailing((text) => console.error(text));
