using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

/// <summary>
/// Where rows are kept. The statements are the same for all databases, parameters are <c>$1</c>, <c>$2</c>, ...; this is where they differ.
/// </summary>
internal abstract class Database : IDisposable
{
    /// <summary>What messages call it; never with a secret.</summary>
    public abstract string Name { get; }

    /// <summary>Whether others write to it as well.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Begins a transaction that writes; from here to its end nobody else writes.</summary>
    public abstract IReadOnlyList<string> Begin { get; }

    /// <summary>Begins a transaction whose reads are all of one moment.</summary>
    public abstract string BeginRead { get; }

    /// <summary>Whether parameters carry their names.</summary>
    public abstract bool NamesParameters { get; }

    /// <summary>Opens a connection on which a commit is acknowledged after it is on the disk.</summary>
    public abstract DbConnection Connect();

    /// <summary>Makes what holds the version of the schema, where that is missing; before any transaction.</summary>
    public abstract void Prepare(StoreSession session);

    /// <summary>The version of the schema, 0 for an empty database.</summary>
    public abstract int Version(StoreSession session);

    /// <summary>The script that sets the version, for the end of a migration.</summary>
    public abstract string SetVersion(int version);

    /// <summary>A migration in the words of this database; they are written in SQLite's.</summary>
    public abstract string Translate(string migration);

    /// <summary>Whether a statement's failure means that nothing of its transaction can be kept, whichever decision it belonged to.</summary>
    public abstract bool IsLost(DbException refused);

    /// <summary>Whether an answer to COMMIT says that nothing was kept; without, nobody knows.</summary>
    public abstract bool IsRefusal(DbException answer);

    /// <summary>The statement that wakes up the others when its transaction is kept; null where there are none.</summary>
    public virtual string? WakeOthers => null;

    /// <summary>Returns when others may have changed something, or after a time.</summary>
    public virtual Task WaitForOthersAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, cancellationToken);

    /// <summary>What a choice of rows to be leased ends with, so that nobody waits for who is choosing as well.</summary>
    public virtual string SkipLocked => "";

    /// <summary>The statement that tells others a message ($1) when its transaction is kept; null where there are none.</summary>
    public virtual string? TellOthers => null;

    /// <summary>Tells others a message at once.</summary>
    public virtual Task TellAsync(string message, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Hears what others tell, until the connection is lost, which throws.</summary>
    public virtual Task ListenAsync(Action began, Action<string> heard, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    /// <summary>The statement that gives room back that forgotten rows took, some at a time; null where the database does so itself.</summary>
    public virtual string? Compact => null;

    /// <summary>The statement that says how many bytes it takes.</summary>
    public abstract string Size { get; }

    /// <summary>Ends what waits for others.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Opens a session.</summary>
    public StoreSession Open() => new(this, Connect());
}
