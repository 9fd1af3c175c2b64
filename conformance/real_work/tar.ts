/**
 * tar: an archive with sparse and special files, unpacked, packed again, and moved through pipes.
 *
 * @module
 */
import { MAKE_PECULIAR_TREE } from "./peculiar_tree.ts";
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";

const TAR = "tar --numeric-owner --xattrs --xattrs-include='*' --acls --warning=no-timestamp";
/** Packs so that the same tree always gives the same archive. */
const PACK =
  `${TAR} --sort=name --format=posix --sparse --sparse-version=0.0 --hole-detection=seek \
--pax-option=exthdr.name=%d/extended/%f,delete=atime,delete=ctime`;

async function prepare(place: Place): Promise<void> {
  const args = ["source", place.full ? "40" : "6"];
  await place.step("make the tree", MAKE_PECULIAR_TREE, { args });
  await place.step("pack the source", `${PACK} -cf source.tar -C source .`);
}

async function run(place: Place): Promise<void> {
  const unpack = `mkdir unpacked && ${TAR} -xpf "$OUTSIDE/source.tar" -C unpacked`;
  await place.step("unpack", unpack);
  place.tree("unpacked", { times: true });
  await place.step("list", `${TAR} -tvf "$OUTSIDE/source.tar" | sha256sum`);
  await place.step("compare", `${TAR} --compare -f "$OUTSIDE/source.tar" -C unpacked`);
  await place.step("holes", "cd unpacked && du -k sparse hole-at-end all-hole large");
  await place.step("pack", `${PACK} -cf packed.tar -C unpacked . && sha256sum packed.tar`);
  await place.step("pack sparse", `${PACK} -cf - -C unpacked sparse all-hole | wc -c`);
  await place.step("compress", "gzip -n -k packed.tar && gzip -t packed.tar.gz");
  const pipe = `mkdir copied && ${TAR} -cf - -C unpacked . | ${TAR} -xpf - -C copied`;
  await place.step("through a pipe", pipe);
  place.tree("copied", { times: true });
  const again =
    `echo changed >>unpacked/large && ${TAR} -xpf packed.tar.gz --overwrite -C unpacked`;
  await place.step("unpack over it", again);
  place.tree("unpacked", { times: true });
  await place.step("cp", "cp -a --sparse=auto unpacked same && cd same && du -k sparse all-hole");
  place.tree("same", { times: true });
  await place.step("remove", "rm -r copied unpacked same && ls");
}

/** See the module. */
export const TAR_WORK: RealWork = {
  name: "tar",
  does: "tar with sparse files, devices, links, attributes, ACLs and peculiar names and times",
  programs: [
    { command: "tar", package: "tar", why: "the work" },
    { command: "setfacl", package: "acl", why: "makes ACLs" },
    { command: "setfattr", package: "attr", why: "makes extended attributes" },
  ],
  needsRoot: true,
  prepare,
  run,
};
