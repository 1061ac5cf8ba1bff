using System.Reflection;
using System.Text;
using System.Text.Json.Serialization;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

/// <summary>Strings that programs branch on: a change shows here first.</summary>
public sealed class WireTextTests
{
    [Fact]
    public void Media_types_problem_types_and_codes_are_as_written_down()
    {
        var text = new StringBuilder();
        foreach (var type in (Type[])[typeof(MediaTypes), typeof(ProblemTypes), typeof(ProtocolLimits)])
        {
            foreach (var field in type.GetFields().Where(field => field.IsLiteral))
            {
                text.Append(type.Name).Append('.').Append(field.Name).Append(" = ").Append(field.GetRawConstantValue()).Append('\n');
            }
        }

        foreach (var type in (Type[])[typeof(TokenProblemCode), typeof(TrustTier), typeof(HostState)])
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            {
                text.Append(type.Name).Append('.').Append(field.Name).Append(" = ")
                    .Append(field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name).Append('\n');
            }
        }

        Golden.Match("protocol", "wire-texts.txt", text.ToString());
    }
}
