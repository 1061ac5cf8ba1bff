using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Hosts;

/// <summary>
/// Runs a tool of the host: by its whole path, with a list of arguments and no shell, in an environment of its own, within a time, and with bounded output.
/// </summary>
internal static class HostTool
{
    /// <summary>Runs a tool to its end.</summary>
    /// <exception cref="AgentException">It cannot be started, takes too long, or says too much.</exception>
    public static async Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            throw new AgentException(ExitCode.Usage, $"{path}: is not a whole path; tools are not looked for");
        }

        using var process = Start(path, arguments);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        // A full pipe would hold the tool up: one that says too much is stopped at once.
        var (output, errors) = (new ToolOutput(path, MaxOutputBytes, () => Stop(process)), new ToolOutput(path, MaxErrorBytes, () => Stop(process)));
        try
        {
            process.StandardInput.Close();
            var reading = Task.WhenAll(output.ReadAsync(process.StandardOutput.BaseStream, patience.Token), errors.ReadAsync(process.StandardError.BaseStream, patience.Token));
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            // A tool may leave a process behind that keeps its output open: xl does, to watch its domain. What the tool itself said is in the pipe by now.
            await Task.WhenAny(reading, Task.Delay(AfterExit, patience.Token)).ConfigureAwait(false);
            if (reading.IsCompleted)
            {
                await reading.ConfigureAwait(false);
            }

            return new(path, process.ExitCode, output.Bytes(), Encoding.UTF8.GetString(errors.Bytes()));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AgentException(ExitCode.CouldNot, $"{path} {arguments[0]}: gave no answer within {Patience.TotalSeconds:0} s", e);
        }
        finally
        {
            await patience.CancelAsync().ConfigureAwait(false);
            Stop(process);
        }
    }

    /// <summary>The same where the answer may be missing: null where there is no such tool, or it failed.</summary>
    public static async Task<ToolResult?> AskAsync(string path, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var result = await RunAsync(path, arguments, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? result : null;
    }

    private static Process Start(string path, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new AgentException(ExitCode.CouldNot, $"{path}: cannot be run: {e.Message}", e);
        }
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
    }

    private static readonly TimeSpan AfterExit = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private const int MaxOutputBytes = 16 * 1024 * 1024;
    private const int MaxErrorBytes = 256 * 1024;
}

/// <summary>One of a tool's outputs, kept up to a bound while it is read.</summary>
internal sealed class ToolOutput(string path, int max, Action tooMuch)
{
    private readonly List<byte> _kept = [];
    private bool _isTooMuch;

    /// <summary>Reads to the end, or to the bound.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            lock (_kept)
            {
                if (_kept.Count + read > max)
                {
                    _isTooMuch = true;
                    tooMuch();
                    return;
                }

                _kept.AddRange(buffer.AsSpan(0, read));
            }
        }
    }

    /// <summary>What was read so far.</summary>
    /// <exception cref="AgentException">There was too much.</exception>
    public byte[] Bytes()
    {
        lock (_kept)
        {
            return _isTooMuch ? throw new AgentException(ExitCode.CouldNot, $"{path}: said more than {max} bytes") : [.. _kept];
        }
    }
}

/// <summary>What a tool said.</summary>
/// <param name="Tool">Its path.</param>
/// <param name="Status">Its exit status.</param>
/// <param name="Bytes">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record ToolResult(string Tool, int Status, byte[] Bytes, string Errors)
{
    public bool Succeeded => Status == 0;

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Standard error in one line that can be shown.</summary>
    public string Complaint => TextRules.Escape(string.Join("; ", Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(8))) is { Length: > 0 } said
        ? said[..Math.Min(said.Length, MaxComplaint)]
        : $"exit status {Status}";

    private const int MaxComplaint = 400;
}
