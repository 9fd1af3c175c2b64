// The smallest filesystem with go-fuse's fs package: a directory with the file `hello`, with the answers of
// libfuse's example `hello_ll`, and a timeout that can be set.
//
//	go_hello MOUNTPOINT TIMEOUT_SECONDS
package main

import (
	"context"
	"log"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/fs"
	"github.com/hanwen/go-fuse/fuse"
)

type root struct{ fs.Inode }

type file struct{ fs.Inode }

var text = []byte("Hello World!\n")

func describe(out *fuse.Attr) {
	out.Mode = 0444
	out.Size = uint64(len(text))
}

func (r *root) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if name != "hello" {
		return nil, syscall.ENOENT
	}
	describe(&out.Attr)
	child := r.GetChild(name)
	if child == nil {
		child = r.NewInode(ctx, &file{}, fs.StableAttr{Ino: 2})
	}
	return child, 0
}

func (r *root) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode = 0755
	return 0
}

func (f *file) Getattr(ctx context.Context, h fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	describe(&out.Attr)
	return 0
}

func (f *file) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, 0, 0
}

func (f *file) Read(ctx context.Context, h fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if off >= int64(len(text)) {
		return fuse.ReadResultData(nil), 0
	}
	end := off + int64(len(dest))
	if end > int64(len(text)) {
		end = int64(len(text))
	}
	return fuse.ReadResultData(text[off:end]), 0
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		log.Fatal(err)
	}
	timeout := time.Duration(seconds * float64(time.Second))
	server, err := fs.Mount(os.Args[1], &root{}, &fs.Options{EntryTimeout: &timeout, AttrTimeout: &timeout})
	if err != nil {
		log.Fatal(err)
	}
	server.Wait()
}
