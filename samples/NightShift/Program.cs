// Run it with: dotnet run --project samples/NightShift [a new queue file]
// Agents work through a night on their own: a schedule, an approval, a budget and a router keep them in bounds, and an operator looks in.
using NightShift;

return await Shift.RunAsync(args is [var path] ? path : null);
