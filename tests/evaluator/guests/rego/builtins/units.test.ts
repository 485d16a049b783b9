import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('amounts are read as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'units.parse("1.5Ki")',
      'units.parse("100m")',
      'units.parse("1000m")',
      'units.parse("1M")',
      'units.parse("1e3")',
      'units.parse("1E")',
      'units.parse("1Ei")',
      'units.parse("1e3k")',
      String.raw`units.parse("\"10\"G")`,
      'units.parse("-5")',
      'units.parse("+5k")',
      'units.parse(".5")',
      'units.parse("5.")',
      'units.parse("1.23456789012345")',
      'units.parse("0.33333333335")',
      'units.parse("1e-20")',
      'units.parse("1KI")',
      'units.parse("1kI")',
      'units.parse_bytes("10MB")',
      'units.parse_bytes("10MiB")',
      'units.parse_bytes("1.5k")',
      'units.parse_bytes("10")',
      'units.parse_bytes("1e3")',
      'units.parse_bytes("1.1")',
      'units.parse_bytes("0.1MiB")',
      'units.parse_bytes("123456789.987654321GiB")',
      'units.parse_bytes("18446744073709551615KB")',
      'units.parse_bytes("1e25")',
      'units.parse_bytes("-1.5kb")',
      'units.parse_bytes("1e")',
      'units.parse_bytes("1eb")',
    ],
    undefined: [
      'units.parse("1 k")',
      'units.parse("k")',
      'units.parse("1x")',
      'units.parse_bytes("10b")',
      'units.parse_bytes("x")',
    ],
  })
})
