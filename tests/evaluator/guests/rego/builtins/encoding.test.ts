import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('texts are encoded and decoded as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'hex.encode("héllo")',
      'hex.decode("68c3a9")',
      'hex.decode("ff")',
      'base64url.encode_no_pad("a?>é~")',
      `urlquery.encode("a b&c=d/é!'()*~-_.")`,
      'urlquery.decode("a+b%20%C3%A9")',
      'urlquery.encode_object({"b": "x y", "a": ["1", "2"], "c": {"s", "t"}})',
      'urlquery.decode_object("a=1&b=2&a=3&c")',
    ],
    undefined: [
      'hex.decode("f")',
      'hex.decode("zz")',
      'urlquery.decode("%zz")',
      String.raw`urlquery.encode_object(json.unmarshal("{\"a\": 1}"))`,
      'urlquery.decode_object("a=1;b=2")',
    ],
  })
})
