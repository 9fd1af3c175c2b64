/**
 * Doing the same to two filesystems and comparing what they say.
 *
 * @module
 */
import { type Answer, AnswerText, type Compared } from "./answer.ts";
import type { Item, Operation } from "./operation.ts";
import type { World } from "./world.ts";

/** One operation, and what the model answered. */
export interface Done {
  /** What was done. */
  readonly operation: Operation;
  /** Which client did it. */
  readonly client: number;
  /** What the model answered. */
  readonly answer: Answer;
}

/** What was done at once: mostly one operation. */
export type Round = readonly Done[];

/** Where two filesystems differ. */
export interface Difference {
  /** What was done and answered alike, in order. */
  readonly before: readonly Round[];
  /** What was done when they differed. */
  readonly differs: Round;
  /** What the subject said. */
  readonly got: string;
  /** What would be right. */
  readonly wanted: readonly string[];
  /** The same as answers to what was done, in its order. */
  readonly ways: readonly (readonly Answer[])[];
  /** The directory in which the model worked: what its absolute links begin with. */
  readonly modelRoot: string;
}

/** What comparing needs to know besides the two worlds. */
export interface CompareOptions extends Compared {
  /** What is done. */
  readonly items: readonly Item[];
  /** Told what is done next, so that what hangs can be named. */
  readonly onStart?: (operations: readonly Operation[]) => void;
}

/** The text of an answer. An operation on what is not open does nothing. */
export function textOf(texts: AnswerText, answer: Answer | undefined): string {
  return answer === undefined ? "nothing" : texts.of(answer);
}

/**
 * Does the operations to both worlds, one after the other, and compares each answer and at the end
 * everything that can be seen of both.
 */
export async function compare(
  subject: World,
  model: World,
  options: CompareOptions,
): Promise<Difference | undefined> {
  const texts = new AnswerText(options, subject.root);
  const modelTexts = new AnswerText(options, model.root);
  const before: Round[] = [];
  const differ = async (
    operation: Operation,
    client: number,
    answer: Answer | undefined,
  ): Promise<Difference | undefined> => {
    options.onStart?.([operation]);
    const got = textOf(texts, await subject.apply(operation, client));
    const wanted = textOf(modelTexts, answer);
    const done = { operation, client, answer: answer ?? { value: undefined } };
    if (got !== wanted) {
      const ways = [[done.answer]];
      return {
        before: [...before],
        differs: [done],
        got,
        wanted: [wanted],
        ways,
        modelRoot: model.root,
      };
    }
    if (answer !== undefined) before.push([done]);
    return undefined;
  };
  for (const { operation, client } of options.items) {
    const answer = await model.apply(operation, client);
    const difference = await differ(operation, client, answer);
    if (difference !== undefined) return difference;
  }
  const done = before.length;
  for (const look of await model.looks(options.has)) {
    const difference = await differ(look.operation, look.client, look.answer);
    if (difference === undefined) continue;
    // Of what was looked at before, only the file that is open has to do with it.
    const opened = before.slice(done).findLast(([one]) =>
      look.operation.slots.some((slot) => slot === one?.operation.opens)
    );
    return { ...difference, before: [...before.slice(0, done), ...opened ? [opened] : []] };
  }
  return undefined;
}
