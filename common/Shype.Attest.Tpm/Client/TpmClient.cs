using System.Security.Cryptography;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// Carries out commands on one TPM. Frames them, adds sessions, sends them again while the TPM asks for that, and believes of a response only what is bounded,
/// complete and, where a session protects it, authentic. For one thread at a time.
/// </summary>
public sealed class TpmClient(ITpmTransport transport, TpmRetryPolicy? retry = null) : IDisposable
{
    private readonly ObjectNames _names = new();
    private readonly TpmRetryPolicy _retry = retry ?? new TpmRetryPolicy();

    /// <summary>Carries out a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="sessions">One for each handle that needs authorisation, in order, then those that only protect. A missing one is an empty password.</param>
    /// <exception cref="TpmException">The TPM refused it.</exception>
    /// <exception cref="TpmTransportException">It did not get there, or no response came.</exception>
    /// <exception cref="TpmResponseException">The response is malformed or not authentic.</exception>
    public TResponse Execute<TResponse>(ITpmCommand<TResponse> command, params ReadOnlySpan<TpmSession> sessions)
    {
        ArgumentNullException.ThrowIfNull(command);
        var names = CoverNames(sessions) ? _names.Of(command.HandleArea, this) : [];
        var area = SessionArea.For(command, sessions, names);
        var request = Frame(command, area, names);
        Span<byte> buffer = stackalloc byte[WireLimits.MaxMessageBytes];
        var response = Exchange(command.Code, request, buffer, area.IsEmpty ? StructureTag.NoSessions : StructureTag.Sessions);
        var result = Read(command, area, response);
        _names.Learn(command, result);
        return result;
    }

    /// <summary>Starts an HMAC session, which the caller disposes of.</summary>
    public HmacSession StartHmacSession(SessionOptions? options = null)
    {
        options ??= new SessionOptions();
        return new HmacSession(this, options, SessionStart.With(this, SessionType.Hmac, options));
    }

    /// <summary>Starts a policy session, which the caller disposes of.</summary>
    public PolicySession StartPolicySession(SessionOptions? options = null)
    {
        options ??= new SessionOptions();
        return new PolicySession(this, options, SessionStart.With(this, SessionType.Policy, options));
    }

    /// <summary>Closes the transport.</summary>
    public void Dispose() => transport.Dispose();

    /// <summary>Flushes an object or session where that is still possible.</summary>
    internal void TryFlush(Handle handle)
    {
        try
        {
            Execute(new FlushContextCommand(handle));
        }
        catch (TpmFailedException)
        {
            // Gone with the connection, a restart or somebody else's flush: it is what was wanted.
        }
    }

    /// <summary>The name of what a handle stands for.</summary>
    internal TpmName NameOf(Handle handle) => _names.Of([handle], this)[0];

    private static bool CoverNames(ReadOnlySpan<TpmSession> sessions)
    {
        foreach (var session in sessions)
        {
            if (session.CoversNames)
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Frame<TResponse>(ITpmCommand<TResponse> command, SessionArea area, TpmName[] names)
    {
        var inner = new TpmWriter(stackalloc byte[StackBytes]);
        command.WriteParameters(ref inner);
        var parameters = inner.ToArray();
        area.EncryptCommand(parameters);

        var writer = new TpmWriter(stackalloc byte[StackBytes]);
        writer.WriteUInt16((ushort)(area.IsEmpty ? StructureTag.NoSessions : StructureTag.Sessions));
        writer.WriteUInt32(0);
        writer.WriteUInt32((uint)command.Code);
        foreach (var handle in command.HandleArea)
        {
            writer.WriteUInt32(handle.Value);
        }

        if (!area.IsEmpty)
        {
            area.Write(ref writer, new CommandContent(command.Code, names, parameters));
        }

        writer.WriteBytes(parameters);
        writer.Patch(TpmHeader.SizeOffset, (uint)writer.Length);
        CryptographicOperations.ZeroMemory(parameters);
        return writer.Length <= WireLimits.MaxMessageBytes
            ? writer.ToArray()
            : throw new ArgumentException($"{command.Code.ToText()} has {writer.Length} bytes; a TPM takes {WireLimits.MaxMessageBytes}", nameof(command));
    }

    private Span<byte> Exchange(CommandCode code, ReadOnlySpan<byte> request, Span<byte> buffer, StructureTag tag)
    {
        for (var attempt = 1; ; attempt++)
        {
            var length = transport.Exchange(request, buffer);
            var response = buffer[..Math.Clamp(length, 0, buffer.Length)];
            var answered = CodeOf(code, response, tag);
            if (answered.IsSuccess)
            {
                return response;
            }

            // A refusal leaves all sessions as they were, so the same bytes are good again (Part 1, 19.6.5).
            if (!answered.MayRetry || !_retry.PauseAfter(attempt))
            {
                throw TpmException.Of(code, answered);
            }
        }
    }

    // Part 1, 18.10: a refusal is a header without sessions and nothing more; only TPM_RC_BAD_TAG has the tag of TPM 1.2.
    private static ResponseCode CodeOf(CommandCode command, ReadOnlySpan<byte> response, StructureTag tag)
    {
        try
        {
            var reader = new TpmReader(response);
            var found = reader.ReadUInt16("tag");
            var size = reader.ReadUInt32("responseSize");
            if (size != response.Length)
            {
                throw reader.Refuse("responseSize", $"is {size}, and {response.Length} bytes came", sizeof(uint));
            }

            var code = new ResponseCode(reader.ReadUInt32("responseCode"));
            var expected = code.IsSuccess ? (ushort)tag : code.Value == BadTag ? Tpm12Tag : (ushort)StructureTag.NoSessions;
            if (found != expected)
            {
                throw new TpmFormatException(new TpmFormatProblem("tag", 0, $"is {found:x4}; {expected:x4} is needed"));
            }

            if (!code.IsSuccess)
            {
                reader.End("refusal");
            }

            return code;
        }
        catch (TpmFormatException malformed)
        {
            throw new TpmResponseException(command, malformed.Problem);
        }
    }

    private static TResponse Read<TResponse>(ITpmCommand<TResponse> command, SessionArea area, Span<byte> response)
    {
        try
        {
            var reader = new TpmReader(response);
            reader.ReadBytes(TpmHeader.Size, "header");
            var handle = command.ReturnsHandle ? new Handle(reader.ReadUInt32("responseHandle")) : Handle.Null;
            var start = reader.Offset;
            var end = response.Length;
            if (!area.IsEmpty)
            {
                var size = reader.ReadUInt32("parameterSize");
                if (size > (uint)reader.Remaining)
                {
                    throw reader.Refuse("parameterSize", $"is {size}, {reader.Remaining} bytes are left", sizeof(uint));
                }

                start = reader.Offset;
                end = start + (int)size;
                var content = new ResponseContent(command.Code, reader.ReadBytes((int)size, "parameters"));
                if (area.Check(ref reader, content) is var session and not 0)
                {
                    throw new TpmResponseException(command.Code, session, "wrong response HMAC");
                }

                reader.End("authorization area");
                area.DecryptResponse(response[start..end]);
            }

            // Over the same bytes again, so that problems name the byte of the response.
            var parameters = new TpmReader(response[..end]);
            parameters.ReadBytes(start, "header");
            var result = command.ReadResponse(handle, ref parameters);
            parameters.End("response");
            return result;
        }
        catch (TpmFormatException malformed)
        {
            throw new TpmResponseException(command.Code, malformed.Problem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(response);
        }
    }

    private const int StackBytes = 1024;
    private const uint BadTag = 0x01e;
    private const ushort Tpm12Tag = 0x00c4;
}
