import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('patterns are quoted as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [String.raw`glob.quote_meta("*.github.com[a]{b}?\\!")`],
  })
})
