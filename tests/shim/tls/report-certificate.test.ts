import t from 'tap'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { endsOf, reportCertificate } from '../../../shim/tls/report-certificate.ts'
import { createLog } from '../../../util/log.ts'

const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)

/** What is said about the certificates of a folder on that day, by level. */
async function hear(folder: string, days: number, { isGiven = false } = {}): Promise<string[]> {
  const { rotation, ...given } = await ensureCertificates({
    folder,
    hosts: ['shim.internal'],
    now: inDays(isGiven ? 0 : days),
  })
  const lines: string[] = []
  const write = (line: string) => {
    const { level, message } = JSON.parse(line)
    lines.push(`${level}: ${message}`)
  }
  const certificate = isGiven ? given : { ...given, rotation }
  reportCertificate(certificate, createLog({ level: 'info', format: 'json', write }), inDays(days))
  return lines
}

t.test('nothing is said while all is well', async (t) => {
  t.strictSame(await hear(t.testdir(), 0), [])
})

t.test(
  'an unconfirmed rotation is a warning, becomes an error, and so does signing without a confirmation',
  async (t) => {
    const folder = t.testdir()
    await hear(folder, 0)
    t.match(await hear(folder, 3500), [
      /^info: a new certificate authority is published/,
      /^warn: API servers have to be given/,
    ])
    t.match(await hear(folder, 3600), [/^error: API servers have to be given the new ca\.crt/])
    t.match(await hear(folder, 3649), [/^error: the new certificate authority signs, and nobody has confirmed/])
  },
)

t.test('a given certificate that nobody replaces is an error in its last week', async (t) => {
  const folder = t.testdir()
  t.strictSame(await hear(folder, 350, { isGiven: true }), [])
  t.match(await hear(folder, 360, { isGiven: true }), [/^error: the certificate ends soon/])
})

t.test('the metric has the ends of both, or of the given one alone', async (t) => {
  const { rotation, ...given } = await ensureCertificates({ folder: t.testdir(), hosts: ['shim.internal'] })
  t.strictSame(Object.keys(endsOf({ ...given, rotation })), ['server', 'authority'])
  t.strictSame(Object.keys(endsOf(given)), ['server'])
})
