// Units beside a number. Known ones are told apart; of others (`42 apples`) only the number counts.

const known: Readonly<Record<string, readonly string[]>> = {
  $: ['$', 'dollar', 'usd', 'us dollar', 'buck'],
  '\u20AC': ['\u20AC', 'euro', 'eur'],
  '\u00A3': ['\u00A3', 'pound sterling', 'gbp'],
  '\u00A5': ['\u00A5', 'yen', 'yuan'],
  cent: ['cent', '\u00A2'],
  deg: ['deg', 'degree'],
  rad: ['rad', 'radian'],
  mm: ['mm', 'millimeter', 'millimetre'],
  cm: ['cm', 'centimeter', 'centimetre'],
  m: ['m', 'meter', 'metre'],
  km: ['km', 'kilometer', 'kilometre'],
  in: ['inch', 'inche'],
  ft: ['ft', 'foot', 'feet'],
  yd: ['yd', 'yard'],
  mi: ['mi', 'mile'],
  mg: ['mg', 'milligram'],
  g: ['g', 'gram'],
  kg: ['kg', 'kilogram', 'kilo'],
  lb: ['lb', 'pound'],
  oz: ['oz', 'ounce'],
  ml: ['ml', 'milliliter', 'millilitre'],
  l: ['l', 'liter', 'litre'],
  s: ['s', 'sec', 'second'],
  ms: ['ms', 'millisecond'],
  min: ['min', 'minute'],
  h: ['h', 'hr', 'hour'],
  day: ['day'],
  week: ['week'],
  month: ['month'],
  year: ['year', 'yr'],
  'km/h': ['km/h', 'kmh', 'kph', 'kilometer per hour', 'kilometre per hour'],
  'm/s': ['m/s', 'meter per second', 'metre per second'],
  mph: ['mph', 'mile per hour'],
  am: ['am', 'a.m', 'a.m.'],
  pm: ['pm', 'p.m', 'p.m.'],
  n: ['newton'],
  j: ['j', 'joule'],
  w: ['watt'],
  v: ['volt'],
  hz: ['hz', 'hertz'],
}
const byName = new Map(Object.entries(known).flatMap(([unit, names]) => names.map(n => [n, unit] as const)))
const scales: Readonly<Record<string, number>> = { hundred: 2, thousand: 3, million: 6, billion: 9, trillion: 12 }
/** After these a text says more than a number and what it counts. */
const sayings =
  /^(?:and|or|to|plus|minus|times|than|by|if|when|where|but|with|is|are|was|not|mod|modulo|more|less|over|under|per|in|sin|cos|tan|log|ln|sqrt|pi|inf|for|at|on|as|until|since|divided|multiplied|squared|cubed|choose|remainder|r|u)$/

/** What stands behind a number. undefined: it is no unit. `unit`: the name of a known one. `scale`: a power of ten. */
export function unitOf(text: string): { unit?: string; scale: number } | undefined {
  let t = text
    .trim()
    .toLowerCase()
    .replace(/[.,;!]+$/, '')
  let scale = 0
  const first = /^[a-z]+/.exec(t)?.[0] ?? ''
  if (Object.hasOwn(scales, first)) {
    scale = scales[first]
    t = t.slice(first.length).trim()
  }
  if (t === '') return { scale }
  const power = /^(?:square|sq\.?|cubic|cu\.?)\s+(.+)$/.exec(t) ?? /^(.+?)\s?(?:\^\(?[23]\)?|squared|cubed|[23])$/.exec(t)
  const order = power && (/cubed|3|^cu/.test(t.replace(power[1], '')) ? 3 : 2)
  const base = (power?.[1] ?? t).trim()
  const named = byName.get(base) ?? byName.get(base.replace(/s$/, '')) ?? byName.get(base.replace(/s per /, ' per '))
  if (named !== undefined) return { unit: order ? `${named}^${order}` : named, scale }
  // Other nouns: plain words, few of them, none of which begins another thought.
  const words = base.split(/\s+/)
  if (words.length > 4 || !words.every(w => /^\(?[a-z][a-z'-]+\)?$/.test(w))) return undefined
  return words.some((w, i) => (sayings.test(w) && !(w === 'per' && i > 0)) || (i > 0 && w === 'of')) ? undefined : { scale }
}

/** Whether a sign before a number is one of a currency. */
export const currencies = '$\u20AC\u00A3\u00A5'
