// The numbers of docs/designs/framed-protocol.md. plugin/in-process/internal/framed/protocol.go has the same ones.

export const VERSION = 1

/** The first bytes of a hello. */
export const MAGIC = 'GTHS'

export const FRAME = { hello: 1, request: 2, answer: 3, cancel: 4, goodbye: 5 } as const

/** What the names of a request name: policies, each answered by itself, or a policy set's digest and one of its entries. */
export const KIND = { policies: 1, entry: 2 } as const

/** Why a connection ends. */
export const GOODBYE = { draining: 0, malformed: 1, version: 2, oversize: 3, late: 4, unread: 5 } as const
export type GoodbyeReason = keyof typeof GOODBYE

/** The answers to all requests so far, and to those on the way, come still. */
export const ALL_IDS = 0xffff_ffff

/** The length before each frame, which does not count itself. */
export const LENGTH_BYTES = 4

/** A body of 16 MiB, the most that the HTTP front takes, and a thousand names. */
export const MAX_FRAME_BYTES = 17 * 1024 * 1024
/** Who takes no frame of this size is not spoken to: our shortest answers have to fit. */
export const MIN_FRAME_BYTES = 64 * 1024
/** Before both have said hello, nothing longer is read. */
export const MAX_HELLO_BYTES = 64
export const MAX_NAMES = 1024

/** A connection on which more is under way is not read from until some of it is answered. */
export const MAX_IN_FLIGHT = 4096
export const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024
/** Answers that wait for a client to read them: from the first limit on nothing is read from it, at the second it is left. */
export const MAX_UNREAD_BYTES = 1024 * 1024
export const MAX_HELD_ANSWER_BYTES = 64 * 1024 * 1024

export const MAX_CONNECTIONS = 64
