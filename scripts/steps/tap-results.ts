/** What one test file reported. */
export interface FileResult {
  readonly file: string
  readonly seconds: number
  readonly passed: number
  readonly failed: number
  /** Titles with their reasons. */
  readonly skipped: readonly string[]
  /** The file's whole report, for showing when it failed. */
  readonly report: string
}

/**
 * Reads tap's report (TAP 14, one subtest per file) line by line and calls back when a file is done. A test is a
 * subtest of the file: the sentences that one wrote, not the assertions inside.
 */
export function createTapReader(onFile: (result: FileResult) => void): (line: string) => void {
  let lines: string[] = []
  return (line) => {
    lines.push(line)
    const end = /^(ok|not ok) \d+ - (\S+)(?: # time=([\d.]+)(ms|s))?/.exec(line)
    if (end === null) return
    onFile(summarise(end, lines))
    lines = []
  }
}

function summarise([, status, file = '', time = '0', unit]: RegExpExecArray, lines: readonly string[]): FileResult {
  const tests = lines.map((line) => /^ {4}(ok|not ok) \d+(?: - (.*))?$/.exec(line)).filter((match) => match !== null)
  const titles = (wanted: string) => tests.filter(([, state]) => state === wanted).map((match) => match[2] ?? '')
  const skipped = titles('ok').filter((title) => / # SKIP/i.test(title))
  const failed = titles('not ok').length
  return {
    file,
    seconds: unit === 'ms' ? Number(time) / 1000 : Number(time),
    passed: titles('ok').length - skipped.length,
    // a file may fail outside of its tests: it crashed, timed out, or left something running
    failed: status === 'not ok' ? Math.max(1, failed) : failed,
    skipped: skipped.map((title) => `${file}: ${title.replace(/ # SKIP ?/i, ': ').replace(/ # time=.*/, '')}`),
    report: lines.join('\n'),
  }
}
