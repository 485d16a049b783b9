import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('networks are taken apart and merged as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'net.cidr_is_valid("10.0.0.0/8")',
      'net.cidr_is_valid("10.0.0.1")',
      'net.cidr_is_valid("10.0.0.0/33")',
      'net.cidr_is_valid("010.0.0.0/8")',
      'net.cidr_is_valid("2001:db8::/32")',
      'net.cidr_is_valid("::ffff:1.2.3.4/120")',
      'sort(net.cidr_expand("192.168.0.0/30"))',
      'sort(net.cidr_expand("192.168.0.5/30"))',
      'sort(net.cidr_expand("2001:db8::/126"))',
      'sort(net.cidr_expand("::ffff:1.2.3.4/127"))',
      'sort(net.cidr_merge(["192.0.128.0/24", "192.0.129.0/24"]))',
      'sort(net.cidr_merge(["192.0.128.0/24", "192.0.129.0/25", "10.0.0.0/8", "10.1.0.0/16"]))',
      'sort(net.cidr_merge(["2001:db8::/33", "2001:db8:8000::/33"]))',
      'sort(net.cidr_merge(["10.0.0.1", "172.16.0.9", "192.168.1.1"]))',
      'sort(net.cidr_merge(["10.0.0.0/24", "10.0.1.0/25", "10.0.2.0/24"]))',
      'sort(net.cidr_merge([]))',
      'sort(net.cidr_contains_matches("1.1.1.0/24", "1.1.1.128"))',
      'sort(net.cidr_contains_matches(["1.1.1.0/24", "1.1.2.0/24"], ["1.1.1.128", ["1.1.254.254/32", "x"]]))',
      'sort(net.cidr_contains_matches({"a": "10.0.0.0/8"}, {"10.1.0.0/16", "11.0.0.0/8"}))',
      'sort(net.cidr_contains_matches("2001:db8::/32", ["2001:db8:1::/48", "::1"]))',
      'sort(net.cidr_contains_matches("::/80", "::/80"))',
      'sort(net.cidr_contains_matches("::ffff:1.2.3.0/120", "1.2.3.4"))',
    ],
    undefined: [
      'sort(net.cidr_expand("x"))',
      'sort(net.cidr_merge(["::1"]))',
      'sort(net.cidr_contains_matches("x", "1.1.1.1"))',
    ],
  })
})
