/**
 * A tree with everything in it that a filesystem can hold.
 *
 * @module
 */

/**
 * A shell script for root that makes the tree at `$1`, which must not exist, with `$2` ordinary folders of
 * 25 files. Needs setfacl and setfattr.
 */
export const MAKE_PECULIAR_TREE = `
  umask 022
  mkdir "$1" && cd "$1" && folders=$2
  mkdir many && d=0; while [ $d -lt $folders ]; do
    mkdir many/d$d; f=0
    while [ $f -lt 25 ]; do echo "content $d $f" >many/d$d/f$f; f=$((f+1)); done
    d=$((d+1))
  done

  echo one >linked; ln linked linked-too; mkdir links; ln linked links/linked-elsewhere
  ln -s linked symbolic; ln -s /nowhere/at/all dangling; ln -s . round; ln symbolic symbolic-too
  mkfifo pipe; mknod character c 1 3; mknod block b 7 200; mknod far c 4095 1048575
  chmod 600 pipe; chmod 620 character

  # 8 MiB with data at both ends and a little in the middle; one that ends in a hole; one that is all hole.
  truncate -s 8M sparse; echo begin | dd of=sparse conv=notrunc status=none
  echo middle | dd of=sparse bs=4096 seek=1000 conv=notrunc status=none
  echo end | dd of=sparse bs=1 seek=8388604 conv=notrunc status=none
  truncate -s 3M hole-at-end; echo begin | dd of=hole-at-end conv=notrunc status=none
  truncate -s 5M all-hole
  : >empty; seq 1 200000 >large; head -c 4096 large >page; head -c 131073 large >just-over-a-request

  echo a >"name with spaces"; echo b >"$(printf 'new\\nline')"; echo c >"$(printf 'latin-\\351')"
  echo d >ünïcödé-日本語-🙂; echo e >-dash; echo f >"$(printf '%0255d' 0)"; echo g >'quote"back\\slash'
  deep=deep; mkdir $deep; for i in $(seq 1 30); do deep=$deep/$(printf 'level%050d' $i); mkdir $deep; done
  echo bottom >$deep/bottom

  mkdir mode; for m in 000 400 644 755 1777 2755 4755 6711 7777; do echo $m >mode/$m; chmod $m mode/$m; done
  mkdir mode/sticky mode/group; chmod 1777 mode/sticky; chown 1000:2000 mode/group; chmod 2775 mode/group
  mkdir owner; for o in 1:1 1000:1000 65534:65534 4000000000:3000000000; do
    echo $o >owner/$o; chown $o owner/$o
  done
  ln -s nobody owner/symbolic; chown -h 1234:5678 owner/symbolic
  echo both >owner/setuid; chown 1000:1000 owner/setuid; chmod 6755 owner/setuid

  mkdir attributes; cd attributes
  echo a >some; setfattr -n user.plain -v value some; setfattr -n user.empty some
  setfattr -n user.binary -v 0x00ff0a0d00 some; setfattr -n user.long -v "$(printf '%02000d' 7)" some
  setfattr -n trusted.one -v two some; setfattr -n security.fusewire -v three some
  mkdir folder; setfattr -n user.folder -v yes folder
  echo b >acl; setfacl -m u:1000:rw,g:2000:r,m:rw acl
  mkdir acl-folder; setfacl -m u:1000:rwx,d:u:1000:rwx,d:g:2000:rx acl-folder
  echo c >acl-folder/inherits; mkdir acl-folder/inherits-too
  cd ..

  mkdir time; cd time
  touch -d '1970-01-01 00:00:00' epoch; touch -d '1969-12-31 23:59:59.25' before
  touch -d '1902-01-02 03:04:05' early; touch -d '2037-12-31 00:00:00.123456789' nanoseconds
  touch -d '2040-06-07 08:09:10.999999999' after-2038; touch -d '2200-01-01' late
  ln -s nothing link; touch -h -d '2003-03-03 03:03:03.3' link
  mkdir folder; touch -d '1999-09-09 09:09:09.9' folder
  cd ..
  find . -depth -newermt 2025-01-01 ! -newermt 2039-01-01 -exec touch -h -d '2020-02-02 20:20:20.202' {} +
`;
