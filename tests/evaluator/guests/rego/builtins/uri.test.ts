import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('URIs are read as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'uri.is_valid("http://a.b/c?d#e")',
      'uri.is_valid("")',
      'uri.is_valid("http://a b/")',
      'uri.is_valid(":x")',
      'uri.is_valid("a:b/c")',
      'uri.is_valid("1a:b/c")',
      'uri.is_valid("http://[::1]:80/")',
      'uri.is_valid("http://[::1/")',
      'uri.is_valid("http://::1/")',
      'uri.is_valid("http://a:b/")',
      'uri.is_valid("/a%zz")',
      'uri.is_valid("http://a%20b/")',
      'uri.is_valid("http://a%25b/")',
      'uri.is_valid("http://u:p@h/")',
      'uri.is_valid("http://u p@h/")',
      'uri.is_valid("//h/p")',
      'uri.is_valid("///h/p")',
      'uri.is_valid("http://[1.2.3.4]/")',
      'uri.is_valid("http://[::ffff:1.2.3.4]/")',
      'uri.parse("HTTP://user:pass@Ex.com:8080/a%20b/c!d?x=1&y=2#f%20r")',
      'uri.parse("http://[fe80::1%25en0]:80/x")',
      'uri.parse("mailto:a@b.c")',
      'uri.parse("/p/a?q")',
      'uri.parse("http://é.com/é")',
      'uri.parse("file:///etc/passwd")',
      'uri.parse("http://h?")',
      'uri.parse("http://h/a%2Fb")',
      'uri.parse("*")',
      'uri.parse("x y")',
    ],
  })
})
