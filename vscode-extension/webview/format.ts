// How numbers, money and times are written in the person's language.

const day = 24 * 60 * 60 * 1000;

export class Format {
  readonly #number: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #language: string;

  constructor(language: string) {
    this.#language = Intl.DateTimeFormat.supportedLocalesOf(language)[0] ?? 'en';
    this.#number = new Intl.NumberFormat(this.#language);
    this.#percent = new Intl.NumberFormat(this.#language, { style: 'percent', maximumFractionDigits: 1 });
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  /** Tokens as KinOS shows them everywhere: thousands with one decimal. */
  kilo(tokens: number): string {
    return `${(tokens / 1000).toFixed(1)}k`;
  }

  /** A limit in thousands without more digits than it has: `6k`, `12.5k`. */
  limit(tokens: number): string {
    return `${tokens / 1000}k`;
  }

  /** A share of 1. */
  share(value: number): string {
    return this.#percent.format(value);
  }

  /** US dollars; small amounts with their cents' fractions. */
  usd(value: number): string {
    const digits = value !== 0 && Math.abs(value) < 0.1 ? 4 : 2;
    return new Intl.NumberFormat(this.#language, {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: 2,
      maximumFractionDigits: digits,
    }).format(value);
  }

  seconds(value: number): string {
    const unit = value < 90 ? 'second' : 'minute';
    const amount = unit === 'second' ? value : value / 60;
    return new Intl.NumberFormat(this.#language, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: amount < 10 ? 1 : 0,
    }).format(amount);
  }

  moment(time: Date): string {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: 'medium', timeStyle: 'medium' }).format(time);
  }

  /** How ticks of an axis from `first` to `last` are written. */
  tick(first: Date, last: Date): (time: Date) => string {
    const span = last.getTime() - first.getTime();
    const clock = { hour: '2-digit', minute: '2-digit' } as const;
    const options: Intl.DateTimeFormatOptions =
      span < day / 144
        ? { ...clock, second: '2-digit' }
        : span < day
          ? clock
          : span < 4 * day
            ? { weekday: 'short', ...clock }
            : { day: 'numeric', month: 'short' };
    const written = new Intl.DateTimeFormat(this.#language, options);
    return (time) => written.format(time);
  }
}

/** `text` with its places {0}, {1} filled in. */
export function fill(text: string, ...values: string[]): string {
  return text.replace(/\{(\d+)\}/g, (place, number: string) => values[Number(number)] ?? place);
}
