import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('regular expressions match as in OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'regex.split("a+", "baaac")',
      'regex.split("", "abc")',
      'regex.split("x", "")',
      'regex.split(",", "a,b,")',
      'regex.template_match("urn:foo:{.*}", "urn:foo:bar:baz", "{", "}")',
      'regex.template_match("urn:foo:{[a-z]+}x", "urn:foo:barx", "{", "}")',
      'regex.template_match("a.b{x}", "aqbx", "{", "}")',
      'regex.find_n("a.", "abacad", 2)',
      'regex.find_n("a*", "baaac", -1)',
      'regex.replace("foobar", "o+", "x")',
      String.raw`regex.replace("foobar", "(f)(o)", "$2$1-$\u007b1}x$3$$")`,
      'regex.replace("abc", "(?P<n>b)", "[$n]")',
      'regex.replace("abc", "", "-")',
      'regex.globs_match("a.*", "ab+")',
      'regex.globs_match("[a-c]+x", "b*y")',
    ],
    undefined: [
      'regex.template_match("urn:foo:{.*", "urn:foo:bar:baz", "{", "}")',
      'regex.find_n("[", "abacad", 2)',
      'regex.globs_match("a]", "a")',
    ],
  })
})
