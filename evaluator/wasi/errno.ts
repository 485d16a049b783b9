/** The error numbers that we answer with. https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#errno */
export const ERRNO = {
  SUCCESS: 0,
  BADF: 8,
  INVAL: 28,
  NOSYS: 52,
  NOTDIR: 54,
  NOTSOCK: 57,
  NOTSUP: 58,
  SPIPE: 70,
} as const
