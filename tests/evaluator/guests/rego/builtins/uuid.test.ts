import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('UUIDs are read and made as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'uuid.parse("urn:uuid:00000000-0000-4000-8000-000000000000")',
      'uuid.parse("c232ab00-9414-11ec-b3c8-9f6bdeced846")',
      'uuid.parse("000003e8-48b9-21ee-b200-325096b39f47")',
      'uuid.parse("{c232ab00-9414-11ec-b3c8-9f6bdeced846}")',
      'uuid.parse("c232ab00941411ecb3c89f6bdeced846")',
      'uuid.parse("00000000-0000-7000-f000-000000000000")',
      'uuid.rfc4122("k") == uuid.rfc4122("k")',
      'uuid.rfc4122("k") == uuid.rfc4122("l")',
    ],
    undefined: ['uuid.parse("x")'],
  })
})
