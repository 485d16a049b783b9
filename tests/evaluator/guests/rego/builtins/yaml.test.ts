import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('YAML is read and written as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'yaml.is_valid("a: [1, 2")',
      'yaml.is_valid("a: 1")',
      String.raw`yaml.unmarshal("a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2")`,
      String.raw`yaml.unmarshal("1: a\ntrue: b\n1.5: c")`,
      String.raw`yaml.unmarshal("a: 1\na: 2")`,
      'yaml.unmarshal("")',
      String.raw`yaml.unmarshal("- a\n- b\n---\nc")`,
      String.raw`yaml.unmarshal("a: !!str 12\nb: !!int '12'\nc: !foo x")`,
      String.raw`yaml.marshal({"a": 1, "b": [1, "x", {"c": true}], "d": {}, "e": [], "f": null, "g": "true", "h": "1.0", "i": "multi\nline", "j": "a: b", "k": "", "l": " x", "m": 1.5, "n": "yes", "o": "2023-01-01", "p": "- x", "q": "#x", "r": "tab\there", "s": "é 😀", "t": "trail\n", "u": "two\n\n", "v": "'q'", "w": "\"dq\""})`,
      'yaml.marshal([[1,2],[{"a": [1]}], "x"])',
      'yaml.marshal("x")',
      'yaml.marshal({"a10": 1, "a2": 2, "A": 3, "_x": 4, "1": 5, "01": 6})',
      'yaml.marshal({1, 2})',
      'yaml.marshal(12345678901234567890)',
      'yaml.marshal(123456789012345678901234567890)',
      'yaml.marshal(1e6)',
    ],
    undefined: [
      String.raw`yaml.unmarshal("a: 1\nb: [x, yes, true, 1.50, 0x1F, 0o17, 017, ~, '3', 2023-01-01, .5, 1e3, 1_000]\nc: {d: |\n  text\n }")`,
      'yaml.unmarshal("a: .inf")',
    ],
  })
})
