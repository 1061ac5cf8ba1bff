namespace Shype.Attest.Verifier.Hosting;

/// <summary>
/// How often a loop looks around. A turn that took longer is followed by the next one at once, and a clock that jumped is followed by one turn, where a
/// <see cref="PeriodicTimer"/> makes up for all that it left out.
/// </summary>
/// <param name="length">From the beginning of one turn to that of the next.</param>
/// <param name="clock">The time.</param>
internal sealed class Pace(TimeSpan length, TimeProvider clock)
{
    private DateTimeOffset _last = clock.GetUtcNow();

    /// <summary>Waits for the next turn; false when it is time to end.</summary>
    public async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        var rest = _last + length - clock.GetUtcNow();
        try
        {
            // Not longer than one turn, whatever happened to the clock.
            await (rest > TimeSpan.Zero ? Task.Delay(rest < length ? rest : length, clock, cancellationToken) : Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        _last = clock.GetUtcNow();
        return !cancellationToken.IsCancellationRequested;
    }
}
