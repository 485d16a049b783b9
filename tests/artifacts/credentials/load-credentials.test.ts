import { writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import tap from 'tap'
import type { Credentials } from '../../../artifacts/credentials/credentials.ts'
import { loadCredentials } from '../../../artifacts/credentials/load-credentials.ts'
import { writeProgram } from '../../helpers/fake-program.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

const { signal } = new AbortController()
const base64 = (text: string) => Buffer.from(text).toString('base64')
const find = (credentials: Credentials, host: string) => credentials.find(host, signal)

const load = (t: Pick<typeof tap, 'testdir'>, config: unknown) =>
  loadCredentials(t.testdir({ 'config.json': typeof config === 'string' ? config : JSON.stringify(config) }))

/** A folder in which programs are found from now on. */
function programFolder(t: Pick<typeof tap, 'teardown'>): string {
  const folder = makeShortFolder(t)
  const path = process.env['PATH']
  process.env['PATH'] = `${folder}${delimiter}${path}`
  t.teardown(() => {
    process.env['PATH'] = path
  })
  return folder
}

tap.test('users come from auth, or from username and password, by the exact host', async (t) => {
  const credentials = await load(t, {
    auths: {
      'registry.test:5000': { auth: base64('user:pass:word') },
      'Plain.test': { username: 'plain', password: 'secret' },
      'https://old.test/v2/': { auth: base64('old:secret') },
      'quay.test/team': { auth: base64('team:secret') },
      'empty.test': {},
      'both.test': { auth: base64('exact:secret') },
      'https://both.test/v1/': { auth: base64('url:secret') },
    },
  })
  t.strictSame(await find(credentials, 'registry.test:5000'), { username: 'user', password: 'pass:word' })
  t.strictSame(await find(credentials, 'plain.test'), { username: 'plain', password: 'secret' })
  t.strictSame(await find(credentials, 'old.test'), { username: 'old', password: 'secret' })
  t.strictSame(await find(credentials, 'both.test'), { username: 'exact', password: 'secret' })
  for (const host of ['registry.test', 'sub.plain.test', 'quay.test', 'empty.test', 'other.test'])
    t.equal(await find(credentials, host), undefined, host)
})

tap.test('Docker Hub has several names', async (t) => {
  for (const key of ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', 'registry-1.docker.io']) {
    const credentials = await load(t, { auths: { [key]: { auth: base64('hub:secret') } } })
    t.strictSame(await find(credentials, 'docker.io'), { username: 'hub', password: 'secret' }, key)
  }
})

tap.test('beside an identity token one is nobody, as in Kubewarden', async (t) => {
  const credentials = await load(t, { auths: { 'a.test': { auth: base64('user:x'), identitytoken: 'token' } } })
  t.equal(await find(credentials, 'a.test'), undefined)
})

tap.test('the file may be named itself, and is looked for in DOCKER_CONFIG when nothing is named', async (t) => {
  const folder = t.testdir({
    'mine.json': JSON.stringify({ auths: { 'a.test': { auth: base64('mine:x') } } }),
    empty: {},
  })
  t.match(await find(await loadCredentials(join(folder, 'mine.json')), 'a.test'), { username: 'mine' })
  await t.rejects(loadCredentials(join(folder, 'none')), { code: 'ERR_CREDENTIALS_INVALID', message: /ENOENT/ })
  await t.rejects(loadCredentials(join(folder, 'empty')), { code: 'ERR_CREDENTIALS_INVALID', message: /ENOENT/ })

  const before = process.env['DOCKER_CONFIG']
  t.teardown(() => {
    if (before === undefined) delete process.env['DOCKER_CONFIG']
    else process.env['DOCKER_CONFIG'] = before
  })
  process.env['DOCKER_CONFIG'] = join(folder, 'empty')
  t.equal(await find(await loadCredentials(), 'a.test'), undefined, 'a missing file of Docker is no problem')
  writeFileSync(
    join(folder, 'empty', 'config.json'),
    JSON.stringify({ auths: { 'a.test': { auth: base64('own:x') } } }),
  )
  t.match(await find(await loadCredentials(), 'a.test'), { username: 'own' })
})

tap.test('everything that is wrong with the file is reported at once, and nothing that stands in it', async (t) => {
  const config = {
    auths: {
      'a.test': { auth: 'hush' },
      'b.test': { auth: 5, password: ['hush'] },
      'c.test': 'hush',
      'd.test': { auth: base64('hush') },
    },
    credHelpers: { 'e.test': '../../hush', 'f.test': 7 },
    credsStore: 'hush hush',
  }
  const error = await load(t, config).catch((error: Error) => error)
  t.match(error, { code: 'ERR_CREDENTIALS_INVALID' })
  const lines = String((error as Error).message).split('\n  ')
  t.strictSame(
    lines.slice(1).map((line) => line.replace(/^.*config\.json: /, '')),
    [
      'auths["a.test"].auth: must be the base64 of user:password',
      'auths["b.test"].auth: must be a string',
      'auths["b.test"].password: must be a string',
      'auths["c.test"]: must be an object',
      'auths["d.test"].auth: must be the base64 of user:password',
      'credHelpers["e.test"]: must be the name of a credential helper: letters, digits, _, . and -',
      'credHelpers["f.test"]: must be the name of a credential helper: letters, digits, _, . and -',
      'credsStore: must be the name of a credential helper: letters, digits, _, . and -',
    ],
  )
  t.notMatch(String(error), /hush/)
})

tap.test('a file that is not JSON is refused with the place alone', async (t) => {
  const error = await load(t, '{\n  "auths": { "a.test": { "auth": "aHVzaA==" x\n').catch(String)
  t.match(error, /config\.json: is not JSON \(line 2 column \d+\)$/)
  t.notMatch(error, /aHVzaA/)
  await t.rejects(load(t, '[]'), { message: /config\.json: must be a JSON object/ })
  await t.rejects(load(t, '{"auths": []}'), { message: /auths: must be an object/ })
})

tap.test('helpers are asked for the host that they are for, the common store for all others', async (t) => {
  const folder = programFolder(t)
  const answer = (user: string) =>
    `read host; echo "{\\"ServerURL\\":\\"$host\\",\\"Username\\":\\"${user}\\",\\"Secret\\":\\"$1 $host\\"}"`
  await writeProgram(join(folder, 'docker-credential-own'), answer('own'))
  await writeProgram(join(folder, 'docker-credential-common'), answer('common'))
  await writeProgram(join(folder, 'docker-credential-token'), answer('<token>'))
  const credentials = await load(t, {
    auths: { 'a.test': { auth: base64('file:x') } },
    credHelpers: { 'a.test': 'own', 'token.test': 'token' },
    credsStore: 'common',
  })
  t.strictSame(await find(credentials, 'a.test'), { username: 'own', password: 'get a.test' })
  t.strictSame(await find(credentials, 'b.test'), { username: 'common', password: 'get b.test' })
  t.strictSame(await find(credentials, 'docker.io'), {
    username: 'common',
    password: 'get https://index.docker.io/v1/',
  })
  t.equal(await find(credentials, 'token.test'), undefined, 'an identity token is nobody')
})

tap.test('what a store does not have may stand in the file', async (t) => {
  const folder = programFolder(t)
  await writeProgram(join(folder, 'docker-credential-none'), 'echo "credentials not found in native keychain"; exit 1')
  const auths = { 'a.test': { auth: base64('file:x') }, 'b.test': { auth: base64('file:x') } }
  const credentials = await load(t, { auths, credsStore: 'none', credHelpers: { 'b.test': 'none' } })
  t.match(await find(credentials, 'a.test'), { username: 'file' })
  t.equal(await find(credentials, 'b.test'), undefined, 'the helper of a host decides alone')
})

tap.test('a helper that fails is named, with what it says', async (t) => {
  const folder = programFolder(t)
  await writeProgram(join(folder, 'docker-credential-locked'), 'printf "the keychain\\nis locked" >&2; exit 3')
  await writeProgram(join(folder, 'docker-credential-silent'), 'echo {}')
  const helpers = { 'a.test': 'locked', 'b.test': 'silent', 'c.test': 'not-installed' }
  const credentials = await load(t, { credHelpers: helpers })
  const code = 'ERR_CREDENTIALS_INVALID'
  await t.rejects(find(credentials, 'a.test'), {
    code,
    message: 'cannot ask docker-credential-locked who to be at a.test: it ended with code 3: the keychain\\nis locked',
  })
  await t.rejects(find(credentials, 'b.test'), { code, message: /it answers without Username or Secret/ })
  await t.rejects(find(credentials, 'c.test'), {
    code,
    message: /docker-credential-not-installed .* it is not installed/,
  })
})

tap.test('a helper that hangs is ended by the signal', async (t) => {
  const folder = programFolder(t)
  await writeProgram(join(folder, 'docker-credential-slow'), 'exec sleep 600')
  const credentials = await load(t, { credsStore: 'slow' })
  const controller = new AbortController()
  const asked = credentials.find('a.test', controller.signal)
  controller.abort(new Error('enough'))
  await t.rejects(asked, { message: 'enough' })
})
