/**
 * Runs the suite on other people's filesystems, and writes `conformance/SCOREBOARD.md`.
 *
 * @module
 */
import { ALL_CASES } from "../cases/mod.ts";
import { PEERS } from "../peers/all_peers.ts";
import { askPeer } from "../peers/ask_peer.ts";
import { CHECKED_FINDINGS } from "../peers/checked_findings.ts";
import { scoreboardText } from "../peers/scoreboard.ts";

const FILE = new URL("../SCOREBOARD.md", import.meta.url);

// Modes are meant as they are, here as on Linux.
Deno.umask(0);
const ids = ALL_CASES.map(({ id }) => id);
const answers = PEERS.map(async (peer) => {
  const results = await askPeer(peer, ids);
  const failed = [...results.values()].filter(({ status }) => status === "failed");
  console.error(`${peer.name} ${peer.version}: ${failed.length} of ${results.size} cases fail`);
  return [peer.name, results] as const;
});
const results = new Map(await Promise.all(answers));
const text = scoreboardText({
  peers: PEERS,
  cases: ALL_CASES,
  results,
  checked: CHECKED_FINDINGS,
});
await Deno.writeTextFile(FILE, text);
const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["fmt", "--quiet", FILE.pathname],
}).output();
if (!success) Deno.exit(1);
