/**
 * Rules that another Deno process checks: documentation, and importing without permissions.
 *
 * @module
 */
import type { HouseFault } from "./house_tree.ts";

/** What `deno doc --lint` calls the faults that the house does not have. */
const DOC_FAULTS = ["missing-jsdoc", "missing-explicit-type", "missing-return-type"];

/** A report of `deno doc --lint`, without colour, as faults. */
export function docFaults(report: string, root: string): HouseFault[] {
  const faults: HouseFault[] = [];
  const pattern = /error\[([\w-]+)\]: (.*)\n\s*--> (.*)/g;
  for (const [, rule, message, at] of report.matchAll(pattern)) {
    if (!DOC_FAULTS.includes(rule!)) continue;
    faults.push({ rule: rule!, at: at!.replace(root, ""), message: message! });
  }
  return faults;
}

async function runDeno(
  root: URL,
  args: readonly string[],
  input: string,
): Promise<{ success: boolean; text: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Exported symbols of these modules without a doc comment or an explicit type. */
export async function checkDocumented(
  root: URL,
  modules: readonly string[],
): Promise<HouseFault[]> {
  const { success, text } = await runDeno(root, ["doc", "--lint", ...modules], "");
  if (!success && !text.includes("documentation lint error")) throw new Error(text);
  return docFaults(text, root.pathname);
}

/** Whether each module can be imported by a program that has no permission at all. */
export async function checkImportsFreely(
  root: URL,
  modules: readonly string[],
): Promise<HouseFault[]> {
  const faults: HouseFault[] = [];
  for (const path of modules) {
    const program = `import ${JSON.stringify(new URL(path, root).href)};`;
    const { success, text } = await runDeno(
      root,
      ["run", "--no-prompt", "--no-remote", "--no-npm", "--no-lock", "-"],
      program,
    );
    if (!success) faults.push({ rule: "free import", at: path, message: text.trim() });
  }
  return faults;
}
