// Reads the question, asks the policy, writes the answer. What is thrown becomes the message of a denial.
import * as policy from 'policy'

const [INPUT, OUTPUT] = [0, 1]

const host = {
  /** Asks the host, and gives back what it answers as a value. */
  call(namespace, operation, payload) {
    const isDone = globalThis.__callHost(namespace, operation, JSON.stringify(payload))
    const answer = readAll()
    if (!isDone) throw new Error(answer)
    return answer === '' ? undefined : JSON.parse(answer)
  },
  /** Writes to the log of the policy server; `data` may hold anything. */
  log(level, message, data = {}) {
    this.call('tracing', 'log', { level, message, ...data })
  },
}

const questions = {
  validate: () => policy.validate(JSON.parse(readAll()), host),
  'validate-settings': () => policy.validateSettings(JSON.parse(readAll()), host),
}
const ask = questions[globalThis.__question]
if (ask === undefined) throw new Error('one argument is wanted: validate or validate-settings')
writeAll(JSON.stringify(ask()))

function readAll() {
  let [bytes, length] = [new Uint8Array(4096), 0]
  for (;;) {
    const count = Javy.IO.readSync(INPUT, bytes.subarray(length))
    if (count === 0) return new TextDecoder().decode(bytes.subarray(0, length))
    length += count
    if (length < bytes.length) continue
    const doubled = new Uint8Array(bytes.length * 2)
    doubled.set(bytes)
    bytes = doubled
  }
}

function writeAll(text) {
  let bytes = new TextEncoder().encode(text)
  while (bytes.length > 0) bytes = bytes.subarray(Javy.IO.writeSync(OUTPUT, bytes))
}
