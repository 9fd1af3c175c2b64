/**
 * Doing the same to two providers and comparing what they say.
 *
 * @module
 */
import type { Provider } from "../../src/provider/mod.ts";
import { type Operation, World } from "./operation.ts";

/**
 * Does all operations to both providers, and compares each answer and at the end everything below their roots.
 * Closes both. With `comparesHoles` false, what is a hole and `st_blocks` may differ.
 *
 * @throws {Error} With the first difference, and all operations up to it as lines of JSON.
 */
export async function compare(
  subject: Provider,
  oracle: Provider,
  operations: readonly Operation[],
  options: { readonly comparesHoles?: boolean } = {},
): Promise<void> {
  const { comparesHoles = true } = options;
  await using subjectWorld = new World(subject, comparesHoles);
  await using oracleWorld = new World(oracle, comparesHoles);
  for (const [index, operation] of operations.entries()) {
    const got = await subjectWorld.apply(operation);
    const wanted = await oracleWorld.apply(operation);
    if (got !== wanted) fail(operations.slice(0, index + 1), got, wanted);
  }
  const got = await subjectWorld.tree();
  const wanted = await oracleWorld.tree();
  const at = wanted.findIndex((line, index) => line !== got[index]);
  if (at >= 0 || got.length > wanted.length) {
    fail(operations, got.slice(at).join("\n"), wanted.slice(at).join("\n"));
  }
}

function fail(operations: readonly Operation[], got: string, wanted: string): never {
  const lines = operations.map((operation) => `  ${JSON.stringify(operation)},`).join("\n");
  throw new Error(`After these operations\n${lines}\ngot     ${got}\nwanted  ${wanted}`);
}
