/**
 * rsync -aHAX there and back.
 *
 * @module
 */
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";
import { MAKE_PECULIAR_TREE } from "./peculiar_tree.ts";

const RSYNC = "rsync -aHAX --numeric-ids --devices --specials";
/** What `-i` prints of the last comparison: nothing, where nothing is different. */
const COMPARE = `${RSYNC} -n -i --checksum --delete`;

async function prepare(place: Place): Promise<void> {
  const args = ["source", place.full ? "40" : "6"];
  await place.step("make the tree", MAKE_PECULIAR_TREE, { args });
}

async function run(place: Place): Promise<void> {
  await place.step("there", `${RSYNC} "$OUTSIDE/source/" there/`);
  await place.step("compare there", `${COMPARE} "$OUTSIDE/source/" there/`);
  place.tree("there", { times: true });
  await place.step("again", `${RSYNC} -i "$OUTSIDE/source/" there/`);
  await place.step("back", `rm -rf "$OUTSIDE/back" && ${RSYNC} there/ "$OUTSIDE/back/"`);
  await place.step("compare back", `${COMPARE} "$OUTSIDE/source/" "$OUTSIDE/back/"`);
  const change = `cd there && echo more >>many/d1/f1 && rm many/d2/f2 && chmod 600 many/d3/f3 &&
    touch -d '2001-02-03 04:05:06.789' many/d4/f4 && mkdir many/new && mv many/d5 many/new/`;
  await place.step("change", change);
  await place.step("mend", `${RSYNC} --delete -i --no-whole-file "$OUTSIDE/source/" there/`);
  await place.step("compare mended", `${COMPARE} "$OUTSIDE/source/" there/`);
  await place.step("within", `${RSYNC} --link-dest=../there there/ linked/ && du -s --inodes .`);
  place.tree("there", { times: true });
  place.tree("linked", { times: true });
}

/** See the module. */
export const RSYNC_WORK: RealWork = {
  name: "rsync",
  does: "rsync -aHAX there and back: links, ACLs, attributes, devices, times; no difference",
  programs: [
    { command: "rsync", package: "rsync", why: "the work" },
    { command: "setfacl", package: "acl", why: "makes ACLs" },
    { command: "setfattr", package: "attr", why: "makes extended attributes" },
  ],
  needsRoot: true,
  prepare,
  run,
};
