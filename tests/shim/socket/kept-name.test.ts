import { readdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { startShim } from '../../helpers/shim.ts'
import { until } from '../../helpers/until.ts'

t.test('a socket that somebody deletes is there again, and nothing is left of it at the end', async (t) => {
  const test = await startShim(t, { accept: { guest: buildGuest('accept') } })
  for (let i = 0; i < 3; i++) {
    rmSync(test.socket)
    await until(async () => (await test.call('GET', '/readiness').catch(() => undefined))?.status === 200)
  }
  await test[Symbol.asyncDispose]()
  t.strictSame(readdirSync(dirname(test.socket)), [])
})
