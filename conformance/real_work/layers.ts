/**
 * Layers of a container image with whiteouts: unpacked flat, unpacked for overlayfs, and put together by
 * overlayfs with its lower and upper directories on the filesystem at work.
 *
 * @module
 */
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";

/**
 * Three layers as archives. The second deletes a file and a directory, and makes another opaque; the
 * third replaces a file by a directory and the other way round (OCI image specification, "Layer").
 */
const MAKE_LAYERS = `
  mkdir base middle top
  cd base
  mkdir -p etc usr/bin usr/share/doc var/cache opt/old dev
  i=0; while [ $i -lt 150 ]; do echo "document $i" >usr/share/doc/$i; i=$((i+1)); done
  for name in sh ls cat; do head -c 70000 /dev/zero | tr '\\0' "$name" >usr/bin/$name; chmod 755 usr/bin/$name; done
  chmod 4755 usr/bin/sh; ln usr/bin/ls usr/bin/dir; ln -s usr/bin bin; setfattr -n user.note -v base usr/bin/cat
  echo root >etc/passwd; echo secret >etc/shadow; chmod 600 etc/shadow; chown 0:42 etc/shadow
  echo old >opt/old/file; echo cached >var/cache/one; mknod dev/null c 1 3; mkdir tmp; chmod 1777 tmp
  mkdir replaced; echo inner >replaced/inner; echo plain >becomes-directory
  cd ../middle
  mkdir -p etc opt var/cache usr/share/doc
  : >etc/.wh.shadow; : >opt/.wh.old; : >var/cache/.wh..wh..opq; echo fresh >var/cache/two
  i=0; while [ $i -lt 40 ]; do : >usr/share/doc/.wh.$((i * 3)); i=$((i+1)); done
  echo root:changed >etc/passwd
  cd ../top
  mkdir becomes-directory opt usr usr/bin; echo now >becomes-directory/inner; echo file >replaced
  echo back >opt/old; : >usr/bin/.wh.cat
  cd ..
  find base middle top -exec touch -h -d '2020-02-02 20:20:20' {} +
  for layer in base middle top; do
    tar --numeric-owner --xattrs --sort=name -cf $layer.tar -C $layer .
  done
`;

const UNPACK = 'tar --numeric-owner --xattrs --xattrs-include="*" -xpf "$OUTSIDE/$layer.tar"';

/** As "docker export" would show it: each layer's whiteouts are carried out, then its files laid over. */
const FLAT = `
  mkdir flat && cd flat
  for layer in base middle top; do
    tar -tf "$OUTSIDE/$layer.tar" | sort | while IFS= read -r path; do
      name=\${path##*/}; folder=\${path%/*}
      case $name in
        .wh..wh..opq) find "$folder" -mindepth 1 -delete ;;
        .wh.*) rm -r "$folder/\${name#.wh.}" ;;
        ?*) if [ -d "$path" ] && [ ! -L "$path" ]; then rm -r "$path"; fi ;;
        *) if [ -e "$path" ] && [ ! -d "$path" ]; then rm "\${path%/}"; fi ;;
      esac
    done
    ${UNPACK} --exclude='.wh.*'
  done
`;

/** As overlayfs wants them: a whiteout is a device 0:0, an opaque directory has an attribute. */
const FOR_OVERLAYFS = `
  for layer in base middle top; do
    mkdir $layer && cd $layer
    ${UNPACK}
    find . -name .wh..wh..opq | while IFS= read -r path; do
      setfattr -n trusted.overlay.opaque -v y "\${path%/*}"; rm "$path"
    done
    find . -name '.wh.*' | while IFS= read -r path; do
      name=\${path##*/}
      mknod "\${path%/*}/\${name#.wh.}" c 0 0; rm "$path"
    done
    cd ..
  done
`;
const STACK = "mkdir upper inner merged && mount -t overlay overlay merged -o ";
const LOWER = "lowerdir=top:middle:base";
const UPPER = `${LOWER},upperdir=upper,workdir=inner`;

/**
 * What a container does to its own layer. It leaves the set-user-ID program alone: overlayfs copies such
 * a file up with a chmod and then a chown, and FUSE cannot tell the server that this chown, unlike
 * everybody's, must keep the bit.
 */
const CHANGE = `
  cd merged
  echo appended >>usr/share/doc/1
  rm usr/share/doc/2; rm -r var/cache; mkdir var/cache; echo new >var/cache/three
  mv usr/share/doc/4 usr/share/doc/renamed; chmod 700 usr/bin/ls; echo dir >>usr/bin/dir
  setfattr -n user.note -v changed usr/share/doc/7; ln etc/passwd etc/passwd-; mkfifo tmp/pipe
  mv opt/old opt/older; ln -s nowhere tmp/link; truncate -s 100000 usr/share/doc/5
  touch -d '2020-02-02 20:20:20' usr/share/doc/1
`;

async function prepare(place: Place): Promise<void> {
  await place.step("make the layers", MAKE_LAYERS);
}

async function run(place: Place): Promise<void> {
  await place.step("unpack flat", FLAT);
  place.tree("flat", { times: true });
  await place.step("unpack for overlayfs", FOR_OVERLAYFS);
  for (const layer of ["base", "middle", "top"]) place.tree(layer);
  await place.step("stack, read-only", `${STACK}${LOWER}`);
  try {
    place.tree("merged");
    await place.step("compare", "diff -r --exclude=null flat merged");
  } finally {
    await place.step("unstack", "umount merged && rmdir merged upper inner");
  }
  await place.step("stack, with a layer to write", `${STACK}${UPPER}`);
  try {
    await place.step("change", CHANGE);
    place.tree("merged");
  } finally {
    await place.step("unstack again", "umount merged");
  }
  // overlayfs keeps file handles of the lower layer in the attributes origin and impure: those differ.
  const keep = "trusted.overlay.(opaque|whiteout|redirect|metacopy)";
  await place.step("the layer written", `cd upper && getfattr -R -h -P -d -m '${keep}' . | sort`);
  const pack = "tar --numeric-owner --sort=name -cf - upper | tar -tvf - | cut -c -25";
  await place.step("pack it", `${pack} && find upper | sort`);
  await place.step("remove", "rm -r upper inner base middle top flat && ls");
}

/** See the module. */
export const LAYERS: RealWork = {
  name: "layers",
  does: "layers of a container image with whiteouts, flat and with overlayfs on top",
  programs: [
    { command: "tar", package: "tar", why: "unpacks layers" },
    { command: "setfattr", package: "attr", why: "marks opaque directories" },
  ],
  needsRoot: true,
  prepare,
  run,
};
