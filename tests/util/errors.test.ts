import t from 'tap'
import { GatehouseError, isGatehouseError, messageOf } from '../../util/errors.ts'

t.test('an error carries its code, hint and cause', async (t) => {
  const cause = new Error('EACCES')
  const error = new GatehouseError('ERR_FILE_READ', 'policies.yml cannot be read', { cause, hint: 'check its mode' })
  t.match(error, { name: 'GatehouseError', code: 'ERR_FILE_READ', hint: 'check its mode', cause })
  t.ok(isGatehouseError(error))
  t.ok(isGatehouseError(error, 'ERR_FILE_READ'))
  t.notOk(isGatehouseError(error, 'ERR_INTERNAL'))
  t.notOk(isGatehouseError(cause))
})

t.test('anything thrown has a message', async (t) => {
  t.equal(messageOf(new Error('a')), 'a')
  t.equal(messageOf('b'), 'b')
  t.equal(messageOf(undefined), 'undefined')
})
