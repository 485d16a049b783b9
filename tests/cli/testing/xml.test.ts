import { execa } from 'execa'
import fc from 'fast-check'
import t from 'tap'
import { element } from '../../../cli/testing/report/xml.ts'

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))

t.test('no text leaves what XML allows, or ends its element', async () => {
  const allowed = /^[\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u
  fc.assert(
    fc.property(text, text, (attribute, content) => {
      const xml = element('a', { b: attribute }, content)
      return allowed.test(xml) && /^<a b="[^"<]*"(\/>|>[^<]*<\/a>)$/u.test(xml)
    }),
  )
})

t.test('characters that XML can hold are read back as they were', async () => {
  const read = (xml: string) =>
    xml
      .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
  const plain = fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '\n', '\t', ' ', ']]>', 'é', '😀', '&lt;') })
  fc.assert(fc.property(plain, (text) => read(element('a', {}, text)) === (text === '' ? '<a/>' : `<a>${text}</a>`)))
  fc.assert(fc.property(plain, (text) => read(element('a', { b: text }, [])) === `<a b="${text}"/>`))
})

const python = await execa('python3', ['--version']).then(
  () => true,
  () => false,
)

t.test('an XML parser reads hostile text', { skip: !python && 'there is no python3' }, async (t) => {
  const hostile = `]]></a><!-- & \u0000\u001b[2J\u009b "'\ud800 \ufffe\n\t😀`
  const script =
    'import sys, xml.etree.ElementTree as e; r = e.fromstring(sys.stdin.buffer.read()); print(r.get("b") == r.text)'
  const { stdout } = await execa('python3', ['-c', script], { input: element('a', { b: hostile }, hostile) })
  t.equal(stdout, 'True')
})
