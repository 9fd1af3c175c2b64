/**
 * Clients at work at the same time: what they are answered must be what they would be answered one after the
 * other, in some order (linearizability).
 *
 * @module
 */
import { type Answer, AnswerText } from "./answer.ts";
import { type CompareOptions, type Difference, type Done, type Round, textOf } from "./compare.ts";
import type { Item } from "./operation.ts";
import type { Look, World } from "./world.ts";

/** How many states of the model are followed: more orders than these are not told apart. */
const STATES_MAX = 64;

/** A model to try one order on; it goes with all that was done to it. */
export interface Model extends AsyncDisposable {
  /** Where the operations are done. */
  readonly world: World;
}

/** Something the subject did, and what it answered. */
interface Seen {
  readonly item: Item;
  readonly answer: Answer | undefined;
}

/** An order in which everything up to now can have happened, and the state that it leads to. */
interface History {
  readonly done: readonly Seen[];
  readonly rounds: readonly Round[];
}

/** What clients do at the same time: each of them one operation at most. */
export function roundsOf(items: readonly Item[]): Item[][] {
  const rounds: Item[][] = [];
  let busy = new Set<number>();
  for (const item of items) {
    const last = rounds.at(-1);
    if (last === undefined || busy.has(item.client)) {
      rounds.push([item]);
      busy = new Set([item.client]);
    } else {
      last.push(item);
      busy.add(item.client);
    }
  }
  return rounds;
}

/** Every order of the values. */
export function* orders<T>(values: readonly T[]): Generator<T[]> {
  if (values.length <= 1) return yield [...values];
  for (const [at, first] of values.entries()) {
    for (const rest of orders(values.toSpliced(at, 1))) yield [first, ...rest];
  }
}

/**
 * Does the operations of each round at the same time, and looks for an order of one after the other
 * that the model answers alike.
 */
export async function compareAtOnce(
  subject: World,
  newModel: () => Promise<Model>,
  options: CompareOptions,
): Promise<Difference | undefined> {
  let histories: History[] = [{ done: [], rounds: [] }];
  for (const round of roundsOf(options.items)) {
    options.onStart?.(round.map(({ operation }) => operation));
    const seen: Seen[] = await Promise.all(
      round.map(async (item) => ({
        item,
        answer: await subject.apply(item.operation, item.client),
      })),
    );
    const next = new Map<string, History>();
    const refused: Trial[] = [];
    for (const history of histories) {
      for (const order of orders(seen)) {
        const trial = await attempt(history, order, subject, newModel, options);
        if (trial.got !== trial.wanted) refused.push(trial);
        else if (next.size < STATES_MAX) next.set(trial.state, trial.history);
      }
    }
    const first = refused[0];
    if (next.size === 0 && first !== undefined) return differenceOf(first, refused);
    histories = [...next.values()];
  }
  return await compareEnds(histories, await subject.looks(options.has), subject, newModel, options);
}

/** What came of trying one order. */
interface Trial {
  readonly history: History;
  readonly differs: Round;
  readonly got: string;
  readonly wanted: string;
  readonly modelRoot: string;
  /** What can be seen of the model afterwards. */
  readonly state: string;
}

function differenceOf(first: Trial, all: readonly Trial[]): Difference {
  return {
    before: first.history.rounds.slice(0, -1),
    differs: first.differs,
    got: first.got,
    wanted: [...new Set(all.map(({ wanted }) => wanted))],
    ways: all.map(({ differs }) => differs.map(({ answer }) => answer)),
    modelRoot: first.modelRoot,
  };
}

/** Does everything again that is known to have happened, and then the round in one order. */
async function attempt(
  history: History,
  order: readonly Seen[],
  subject: World,
  newModel: () => Promise<Model>,
  options: CompareOptions,
): Promise<Trial> {
  await using model = await newModel();
  const texts = new AnswerText(options, subject.root);
  const modelTexts = new AnswerText(options, model.world.root);
  for (const { item, answer } of history.done) {
    textOf(texts, answer);
    textOf(modelTexts, await model.world.apply(item.operation, item.client));
  }
  const [got, wanted]: [string[], string[]] = [[], []];
  const done: Done[] = [];
  for (const { item, answer } of order) {
    const { operation, client } = item;
    const expected = await model.world.apply(operation, client);
    got.push(`client ${client}: ${textOf(texts, answer)}`);
    wanted.push(`client ${client}: ${textOf(modelTexts, expected)}`);
    done.push({ operation, client, answer: expected ?? { value: undefined } });
  }
  const looks = order.length === 1 ? [] : await model.world.looks(options.has);
  done.sort((one, other) => one.client - other.client);
  return {
    history: {
      done: [...history.done, ...order],
      rounds: [...history.rounds, done],
    },
    differs: done,
    modelRoot: model.world.root,
    got: got.sort().join("; "),
    wanted: wanted.sort().join("; "),
    state: order.length === 1
      ? history.done.map(({ item }) => item.client).join("")
      : looks.map(({ answer }) => textOf(modelTexts, answer)).join("\n"),
  };
}

/** Whether one of the histories ends as the subject does. */
async function compareEnds(
  histories: readonly History[],
  looks: readonly Look[],
  subject: World,
  newModel: () => Promise<Model>,
  options: CompareOptions,
): Promise<Difference | undefined> {
  let difference: Difference | undefined;
  for (const { done, rounds } of histories) {
    await using model = await newModel();
    const texts = new AnswerText(options, subject.root);
    const modelTexts = new AnswerText(options, model.world.root);
    for (const { item, answer } of done) {
      textOf(texts, answer);
      textOf(modelTexts, await model.world.apply(item.operation, item.client));
    }
    let same = true;
    for (const { operation, client, answer } of looks) {
      const expected = await model.world.apply(operation, client) ?? { value: undefined };
      const [got, wanted] = [texts.of(answer), modelTexts.of(expected)];
      if (got === wanted) continue;
      same = false;
      const last = { operation, client, answer: expected };
      difference = {
        before: rounds,
        differs: [last],
        got,
        wanted: [...new Set([...difference?.wanted ?? [], wanted])],
        ways: [...difference?.ways ?? [], [expected]],
        modelRoot: model.world.root,
      };
      break;
    }
    if (same) return undefined;
  }
  return difference;
}
