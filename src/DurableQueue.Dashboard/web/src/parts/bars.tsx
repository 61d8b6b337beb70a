/** Bars of one series, with the value of each on hover, and as text for those who do not see them. */
export function Bars({ items, unit, format, height = 96 }: { items: { name: string; value: number }[]; unit: string; format: (value: number) => string; height?: number }) {
  const top = Math.max(...items.map(each => each.value)) || 1;
  const step = 16;
  return (
    <figure class="bars">
      <svg viewBox={`0 0 ${items.length * step} ${height}`} preserveAspectRatio="none" role="img" aria-label={items.filter(each => each.value > 0).map(each => `${each.name}: ${format(each.value)} ${unit}`).join(', ')}>
        {items.map((each, index) => {
          const size = each.value === 0 ? 1 : Math.max(2, (each.value / top) * (height - 4));
          return <rect key={each.name} class={each.value === 0 ? 'none' : ''} x={index * step + 2} y={height - size} width={step - 4} height={size}><title>{`${each.name}: ${format(each.value)} ${unit}`}</title></rect>;
        })}
      </svg>
      <figcaption><span>{items[0]?.name}</span><span>most: {format(top)} {unit}</span><span>{items.at(-1)?.name}</span></figcaption>
    </figure>
  );
}
