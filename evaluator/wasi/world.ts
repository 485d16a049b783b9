/** Bytes that a guest reads. There may be none now and more later, as on a terminal whose user ends the input twice. */
export interface InputStream {
  /** How many bytes can be read now. */
  readonly available: number
  /** Fills `target` as far as there are bytes, and says how far that is. */
  read(target: Uint8Array): number
}

/** Where bytes that a guest writes go to. */
export interface OutputStream {
  write(bytes: Uint8Array): void
}

/** All that a guest has of the world outside its memory, but for clocks and chance. */
export interface World {
  /** The command line, beginning with the program's own name; for a guest that is no command it is empty. */
  readonly argv: readonly string[]
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
}
