import { assertEquals } from "@std/assert";
import { DirListing } from "./dir_listing.ts";
import { LISTING_ID_MAX } from "./dir_reader.ts";
import { newListDirStream } from "./dir_stream.ts";
import { ListingBook } from "./listing_book.ts";

/** Begins a listing of one entry, and reads it to the end or not. */
async function begin(book: ListingBook, isRead: boolean): Promise<DirListing> {
  const stream = newListDirStream([{ name: "a", type: 0o100000, ino: 0 }]);
  const listing = new DirListing(stream, book.nextId());
  book.add(listing);
  await listing.entry(isRead ? 1 : 0);
  return listing;
}

Deno.test("complete listings stay when the directory is closed, the last two", async () => {
  const book = new ListingBook();
  book.opened();
  book.opened();
  const listings = [];
  for (const isRead of [true, true, true, false]) listings.push(await begin(book, isRead));
  const [first, second, third, part] = listings;
  assertEquals(listings.map(({ id }) => id), [1, 2, 3, 4]);
  assertEquals(listings.map(({ id }) => book.find(id)), listings);
  book.closed();
  assertEquals(book.find(4), part);
  book.closed();
  assertEquals([1, 2, 3, 4].map((id) => book.find(id)), [null, second, third, null]);
  assertEquals([book.newest, book.size, first?.isComplete], [third, 2, true]);
  book.clear();
  assertEquals([book.newest, book.size], [null, 0]);
});

Deno.test("a number is used again where nobody can be in the middle of a listing, and after all others", async () => {
  const book = new ListingBook();
  book.opened();
  assertEquals((await begin(book, false)).id, 1);
  assertEquals((await begin(book, false)).id, 1);
  book.opened();
  assertEquals((await begin(book, false)).id, 2);
  book.closed();
  book.closed();
  book.opened();
  assertEquals((await begin(book, true)).id, 2);
  for (let id = 3; id <= LISTING_ID_MAX; id++) assertEquals((await begin(book, true)).id, id);
  assertEquals((await begin(book, true)).id, 1);
});

Deno.test("only so many are known, the newest; whose turn it was is closed with its last reader", async () => {
  const book = new ListingBook();
  book.opened();
  let closed = 0;
  const stream = { next: () => null, close: () => void closed++ };
  const oldest = new DirListing(stream, book.nextId());
  oldest.hold();
  book.add(oldest);
  await oldest.entry(0);
  for (let count = 0; count < 8; count++) await begin(book, true);
  assertEquals([book.find(1), closed], [null, 0]);
  oldest.letGo();
  assertEquals(closed, 1);
});
