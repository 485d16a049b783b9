import { setFlagsFromString } from 'node:v8'

// V8's own is 13,000,000: bytes of code that a function has gone through, more or less. A policy that is asked now and then would
// go through its first thousands of requests in code that is quick to make, and slower.
const GUEST_BUDGET = 100_000

/**
 * Lets V8 optimize the functions of guests sooner, in threads of its own: to be called before the first module is compiled. It
 * changes no more than when that is done.
 */
export function optimizeGuestsEarly(): void {
  setFlagsFromString(`--wasm-tiering-budget=${GUEST_BUDGET}`)
}

// Calls of a function, and calls without news of what it is given. V8's own are 3000 and 500, for code whose functions are called
// many times where ours are called once for each request. The compiler in between takes on many of them at once when the first
// requests come, in up to 40 MB that the C library keeps.
const FLAGS = ['--no-maglev', '--invocation-count-for-turbofan=200', '--minimum-invocations-after-ic-update=50']

/** The same for our own functions: to be called when the start is over, most of whose code is not needed again. */
export function optimizeAnswersEarly(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
}
