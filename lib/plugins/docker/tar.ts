const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const FILE_MODE = 0o644;
/** Where a header of the format ustar (POSIX.1) holds what, in bytes. */
const OFFSET = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  checksum: 148,
  type: 156,
  magic: 257,
};

export interface TarFile {
  /** At most 100 bytes. */
  readonly path: string;
  readonly content: Buffer;
}

/**
 * A tar archive of one file that root owns and everybody may read.
 * @throws Error if the path is too long for the format
 */
export function tarOf({ path, content }: TarFile): Buffer {
  if (Buffer.byteLength(path) > NAME_BYTES) {
    throw new Error(
      `the path "${path}" has more than ${NAME_BYTES} bytes, which the offline plugin cannot upload`,
    );
  }
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (offset: number, digits: number, value: number) =>
    header.write(`${value.toString(8).padStart(digits, "0")}\0`, offset);
  header.write(path, OFFSET.name);
  octal(OFFSET.mode, 7, FILE_MODE);
  octal(OFFSET.uid, 7, 0);
  octal(OFFSET.gid, 7, 0);
  octal(OFFSET.size, 11, content.length);
  octal(OFFSET.mtime, 11, Math.floor(Date.now() / 1000));
  header.write("0", OFFSET.type);
  header.write("ustar\x0000", OFFSET.magic);
  // The sum of all bytes, with spaces in the place of the sum itself.
  header.fill(" ", OFFSET.checksum, OFFSET.checksum + 8);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    OFFSET.checksum,
  );
  const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * BLOCK_BYTES)]);
}
