import { useState } from 'preact/hooks';
import { api, may } from '../access';
import { ApiError, messageOf, parameters, post } from '../api';
import { change, useLive } from '../live';
import { quote } from '../query';
import { address } from '../router';
import { zoneName } from '../settings';
import { duration, readDuration, writeDuration } from '../time';
import type { BudgetTargetView, BudgetView, MeterView, UsageDay } from '../types';
import { many } from '../words';
import { Bars } from '../parts/bars';
import { Button, Dialog, Empty, Field, Input, Menu, Page, Pending, Stale, Time } from '../parts/basics';
import { Icon } from '../parts/icon';
import { complain, say } from '../parts/toasts';

export const amount = (value: number) => new Intl.NumberFormat('en-US', { maximumFractionDigits: value !== 0 && Math.abs(value) < 1 ? 4 : 2 }).format(value);

export function nameOf(target: BudgetTargetView): string {
  switch (target.scope) {
    case 'group': return target.name ? `Group ${target.name}` : 'Every group';
    case 'type': return target.name ? `Type ${target.name}` : 'Every type';
    case 'command': return `Commands like ${target.name}`;
    default: return target.name ? `${target.key} ${target.name}` : `Every ${target.key}`;
  }
}

export function BudgetsPage() {
  const live = useLive<{ budgets: BudgetView[] }>(api('budgets'));
  const [editing, setEditing] = useState<BudgetView | 'new'>();
  const budgets = live.data?.budgets ?? [];
  return (
    <Page title="Budgets" tools={may('budgets') && <Button icon="plus" onClick={() => setEditing('new')}>Set a budget</Button>}>
      <Stale error={live.data && live.error} />
      {!live.data ? <Pending live={live} /> : budgets.length === 0 ? (
        <Empty title="No budgets" icon="budgets"><p>A budget limits how often the tasks of a group, a type or a tenant start, or what they may cost in a day or a month.</p>
          {may('budgets') && <Button icon="plus" onClick={() => setEditing('new')}>Set a budget</Button>}</Empty>
      ) : (
        <ul class="tiles">{budgets.map(each => <BudgetTile key={each.target.text} budget={each} onEdit={() => setEditing(each)} />)}</ul>
      )}
      {live.data && <Usage />}
      {editing && <BudgetDialog budget={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </Page>
  );
}

function BudgetTile({ budget, onEdit }: { budget: BudgetView; onEdit: () => void }) {
  const { target, policy } = budget;
  const remove = async () => {
    try {
      await post(api('budgets/remove'), { scope: target.scope, key: target.key, name: target.name });
      say(`Budget of ${nameOf(target)} removed.`);
    } catch (error) {
      complain(messageOf(error));
    } finally {
      change.value++;
    }
  };
  const tasks = target.scope === 'group' && target.name ? `group=${quote(target.name)}` : target.scope === 'type' && target.name ? `type=${quote(target.name)}` : '';
  return (
    <li class="panel tile" data-row>
      <div class="row-line">
        <h2 class="break">{nameOf(target)}</h2>
        {budget.isUsedUp ? <span class="state bad"><Icon name="budget" />Used up</span>
          : budget.rate?.isWarning || budget.cost?.isWarning ? <span class="state held"><Icon name="errors" />Nearly used up</span>
          : budget.isSet ? <span class="state plain"><Icon name="play" />Open</span> : <span class="state faint">By default</span>}
        {may('budgets') && <Menu small label={`More for ${nameOf(target)}`} items={[
          { name: budget.isSet ? 'Edit …' : 'Set one of its own …', icon: 'edit', onPick: onEdit },
          ...(budget.isSet ? [{ name: 'Remove', icon: 'trash', danger: true, onPick: () => void remove() }] : []),
        ]} />}
      </div>
      {policy?.rate && <p>{many(policy.rate.starts, 'start')} in {duration(policy.rate.windowMs)}</p>}
      <Meter meter={budget.rate} unit="starts" />
      {policy?.cost && <p><span class="number">{amount(policy.cost.amount)} {policy.cost.unit}</span> {policy.cost.period === 'rolling' ? `in ${duration(policy.cost.windowMs ?? 0)}` : `a ${policy.cost.period}`}
        {policy.cost.timeZone && policy.cost.timeZone !== 'UTC' && <span class="faint"> of {policy.cost.timeZone}</span>}
        {policy.cost.estimate !== undefined && <span class="faint">, {amount(policy.cost.estimate)} reserved for each</span>}</p>}
      <Meter meter={budget.cost} unit={policy?.cost?.unit ?? ''} />
      {budget.isUsedUp && <p class="why"><Icon name="notBefore" /><span class="why-text">Opens again <Time at={budget.retryAt} /></span></p>}
      {budget.parked > 0 && <p><a href={address('tasks', { q: `status=budget${tasks && ` and ${tasks}`}` })}>{many(budget.parked, 'task')} {budget.parked === 1 ? 'waits' : 'wait'} for it</a></p>}
      {policy?.whenUsedUp === 'fail' && <p class="faint small-text">Tasks over it fail.</p>}
    </li>
  );
}

function Meter({ meter, unit }: { meter: MeterView | undefined; unit: string }) {
  if (!meter) {
    return null;
  }
  const taken = meter.used + meter.reserved;
  return (
    <div class="budget-meter">
      <meter min={0} max={meter.cap || 1} value={Math.min(taken, meter.cap || 1)} high={meter.cap * 0.8} low={meter.cap * 0.8} optimum={0} aria-label={`${amount(taken)} of ${amount(meter.cap)} ${unit}`} />
      <span class="number small-text">{amount(meter.used)} of {amount(meter.cap)} {unit}{meter.reserved > 0 && <span class="faint">, {amount(meter.reserved)} reserved</span>}</span>
      {meter.resetsAt && <span class="faint small-text">starts anew <Time at={meter.resetsAt} /></span>}
    </div>
  );
}

const kinds: [string, string][] = [['group', 'By group'], ['type', 'By type'], ['metadata', 'By metadata']];

function Usage() {
  const live = useLive<{ days: UsageDay[] }>(api(`usage${parameters({ days: 30, timeZone: zoneName.value ?? Intl.DateTimeFormat().resolvedOptions().timeZone })}`), { keep: true });
  const [kind, setKind] = useState('group');
  const all = live.data?.days ?? [];
  if (all.length === 0) {
    return null;
  }
  const units = [...new Set(all.map(each => each.unit))];
  return (
    <>
      <div class="row-line section-head"><h2>Costs of the last 30 days</h2>
        <div class="tabs">{kinds.filter(([key]) => all.some(each => each.target.scope === key)).map(([key, name]) => <button key={key} type="button" aria-pressed={kind === key} onClick={() => setKind(key)}>{name}</button>)}</div></div>
      {units.map(unit => {
        const mine = all.filter(each => each.unit === unit && each.target.scope === kind);
        const days = new Map<string, number>();
        const targets = new Map<string, number>();
        for (const each of mine) {
          days.set(each.day, (days.get(each.day) ?? 0) + each.amount);
          const name = each.target.name ?? '';
          targets.set(each.target.key ? `${each.target.key}=${name}` : name, (targets.get(each.target.key ? `${each.target.key}=${name}` : name) ?? 0) + each.amount);
        }
        const last = Date.now();
        const series = Array.from({ length: 30 }, (_, index) => new Date(last - (29 - index) * 86_400_000).toISOString().slice(0, 10)).map(day => ({ name: day, value: days.get(day) ?? 0 }));
        return mine.length === 0 ? null : (
          <section key={unit} class="panel usage" aria-label={`Costs in ${unit}`}>
            <Bars items={series} unit={unit} format={amount} />
            <table class="table small"><thead><tr><th class="grow">{kind === 'group' ? 'Group' : kind === 'type' ? 'Type' : 'Value'}</th><th class="number">{unit}</th></tr></thead>
              <tbody>{[...targets].sort((a, b) => b[1] - a[1]).slice(0, 20).map(([name, sum]) => <tr key={name}><td class="grow break">{name}</td><td class="number">{amount(sum)}</td></tr>)}</tbody></table>
          </section>
        );
      })}
    </>
  );
}

function BudgetDialog({ budget, onClose }: { budget?: BudgetView; onClose: () => void }) {
  const { policy } = budget ?? {};
  const [value, setValue] = useState({
    scope: budget?.target.scope ?? 'group', key: budget?.target.key ?? '', name: budget?.target.name ?? '',
    starts: policy?.rate ? String(policy.rate.starts) : '', windowMs: policy?.rate ? writeDuration(policy.rate.windowMs) : '1m',
    amount: policy?.cost ? String(policy.cost.amount) : '', unit: policy?.cost?.unit ?? 'usd', period: policy?.cost?.period ?? 'day', costWindow: policy?.cost?.windowMs ? writeDuration(policy.cost.windowMs) : '1h',
    timeZone: policy?.cost?.timeZone ?? 'UTC', estimate: policy?.cost?.estimate === undefined ? '' : String(policy.cost.estimate), whenUsedUp: policy?.whenUsedUp ?? 'wait',
  });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const set = (changes: Partial<typeof value>) => setValue({ ...value, ...changes });
  const submit = async (event: Event) => {
    event.preventDefault();
    const wrong: Record<string, string> = {};
    const span = readDuration(value.windowMs);
    const costSpan = readDuration(value.costWindow);
    if (value.starts && !/^\d+$/.test(value.starts.trim())) wrong['starts'] = 'A whole number.';
    if (value.starts && !span) wrong['windowMs'] = 'Write it like 1s, 1m or 1h.';
    if (value.amount && !/^\d+(\.\d+)?$/.test(value.amount.trim())) wrong['amount'] = 'A number, such as 5 or 0.25.';
    if (value.estimate && !/^\d+(\.\d+)?$/.test(value.estimate.trim())) wrong['estimate'] = 'A number, such as 0.05.';
    if (value.amount && value.period === 'rolling' && !costSpan) wrong['costWindow'] = 'Write it like 1h or 7d.';
    if (!value.starts && !value.amount) wrong['starts'] = 'Limit the starts, the cost, or both.';
    if (value.scope === 'metadata' && !value.key.trim()) wrong['key'] = 'Name the key of the metadata.';
    if (value.scope === 'command' && !value.name.trim()) wrong['name'] = 'Write a pattern such as *claude*.';
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) {
      return;
    }
    try {
      await post(api('budgets'), {
        target: { scope: value.scope, key: value.scope === 'metadata' ? value.key.trim() : undefined, name: value.name.trim() || undefined },
        rate: value.starts ? { starts: Number(value.starts), windowMs: span } : undefined,
        cost: value.amount ? {
          amount: Number(value.amount), unit: value.unit.trim() || undefined, period: value.period, windowMs: value.period === 'rolling' ? costSpan : undefined,
          timeZone: value.period === 'rolling' ? undefined : value.timeZone, estimate: value.estimate ? Number(value.estimate) : undefined,
        } : undefined,
        whenUsedUp: value.whenUsedUp,
      });
      say('Budget set.');
      change.value++;
      onClose();
    } catch (error) {
      const field = error instanceof ApiError ? error.problem.field : undefined;
      setErrors({ [field && field in value ? field : 'general']: messageOf(error) });
    }
  };
  return (
    <Dialog title={budget ? `Budget: ${nameOf(budget.target)}` : 'Set a budget'} wide onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        {!budget && (
          <div class="field-row">
            <Field label="For">{props => <select {...props} data-first value={value.scope} onChange={event => set({ scope: event.currentTarget.value })}><option value="group">a group</option><option value="type">a type</option><option value="metadata">a metadata value</option><option value="command">commands</option></select>}</Field>
            {value.scope === 'metadata' && <Input label="Key" error={errors['key']} placeholder="tenant" value={value.key} onValue={key => set({ key })} />}
            <Input label={value.scope === 'command' ? 'Pattern' : 'Name'} error={errors['name']} hint={value.scope === 'command' ? undefined : 'Empty: each one by itself.'} value={value.name} onValue={name => set({ name })} />
          </div>
        )}
        <div class="field-row two">
          <Input label="Starts at most" error={errors['starts']} class="number" inputMode="numeric" placeholder="no limit" value={value.starts} onValue={starts => set({ starts })} />
          <Input label="within" error={errors['windowMs']} value={value.windowMs} onValue={windowMs => set({ windowMs })} />
        </div>
        <div class="field-row">
          <Input label="Costs at most" error={errors['amount']} class="number" inputMode="decimal" placeholder="no limit" value={value.amount} onValue={amount => set({ amount })} />
          <Input label="Unit" error={errors['unit']} value={value.unit} onValue={unit => set({ unit })} />
          <Field label="in">{props => <select {...props} value={value.period} onChange={event => set({ period: event.currentTarget.value })}><option value="day">a day</option><option value="month">a month</option><option value="rolling">a length of time</option></select>}</Field>
        </div>
        <div class="field-row two">
          {value.period === 'rolling' ? <Input label="Length of time" error={errors['costWindow']} value={value.costWindow} onValue={costWindow => set({ costWindow })} />
            : <Input label="Time zone" error={errors['timeZone']} value={value.timeZone} onValue={timeZone => set({ timeZone })} />}
          <Input label="Reserve for each task" error={errors['estimate']} class="number" inputMode="decimal" placeholder="0" value={value.estimate} onValue={estimate => set({ estimate })} />
        </div>
        <Field label="When it is used up" wide>{props => <select {...props} value={value.whenUsedUp} onChange={event => set({ whenUsedUp: event.currentTarget.value })}><option value="wait">tasks wait until there is room</option><option value="fail">tasks fail</option></select>}</Field>
        {errors['general'] && <p class="field-error" role="alert">{errors['general']}</p>}
        <footer class="dialog-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" kind="primary">Set</Button></footer>
      </form>
    </Dialog>
  );
}

