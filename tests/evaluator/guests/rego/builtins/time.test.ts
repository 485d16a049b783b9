import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('times are read and shown as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'time.parse_rfc3339_ns("2006-01-02T15:04:05.123456789-07:00")',
      'time.date(1136239445123456789)',
      'time.clock([1136239445123456789, "America/New_York"])',
      'time.weekday([1136239445123456789, "Asia/Tokyo"])',
      'time.format(1136239445123456789)',
      'time.format([1136239445123456789, "Europe/Paris", "RFC1123Z"])',
      'time.format([1136239445123456789, "Europe/Paris", "Mon Jan _2 15:04:05.000 2006 -07:00 Z07:00 pm 3 06 002 __2"])',
      'time.format([1136239445123456789, "UTC", "RFC850"])',
      'time.format([1136239445000000000, "", "2006-01-02T15:04:05.999Z0700"])',
      'time.format([1136239445000000000, "America/New_York", "MST"])',
      'time.parse_ns("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST")',
      'time.parse_ns("RFC822Z", "02 Jan 06 15:04 -0700")',
      'time.parse_ns("2006-01-02", "2024-02-29")',
      'time.parse_ns("2006-002", "2024-060")',
      'time.parse_ns("Jan 2 2006 3:04PM", "Feb 3 2013 7:54PM")',
      'time.parse_ns("2006-01-02 15:04:05", "2023-01-01 00:00:00.5")',
      'time.parse_duration_ns("1h30m")',
      'time.parse_duration_ns("1w2d3.5h")',
      'time.parse_duration_ns("-1.5s")',
      'time.parse_duration_ns("1.5y")',
      'time.parse_duration_ns("10us3ns")',
      'time.add_date(1136239445123456789, 1, 2, 3)',
      String.raw`time.add_date(json.unmarshal("[1136239445123456789, \"America/New_York\"]"), 0, 5, 30)`,
      'time.diff(1136239445123456789, 1236239445123456789)',
      'time.diff([1136239445123456789, "America/New_York"], 1116239445123456789)',
    ],
    undefined: [
      'time.parse_rfc3339_ns("2006-13-02T15:04:05Z")',
      'time.parse_rfc3339_ns("2006-02-30T15:04:05Z")',
      'time.parse_rfc3339_ns("1500-02-20T15:04:05Z")',
      'time.date([1136239445123456789, "Nowhere/City"])',
      'time.date(1.5)',
      'time.parse_ns("2006-01-02", "2023-02-29")',
      'time.parse_ns("15:04", "10:00")',
      'time.parse_duration_ns("x")',
      'time.parse_duration_ns("")',
      'time.parse_duration_ns("5")',
      'time.add_date(1136239445123456789, 1000, 2, 3)',
    ],
  })
})
