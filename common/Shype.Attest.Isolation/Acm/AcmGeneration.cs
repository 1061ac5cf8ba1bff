namespace Shype.Attest.Isolation.Acm;

/// <summary>
/// Tells the forms apart that policies had from 2005 on. From 2006 they differ in what may be left out, which the grammar knows; before,
/// they were other documents.
/// </summary>
internal sealed class AcmGeneration(ProblemList problems)
{
    private const string Policy = "SecurityPolicyDefinition";
    private const string Template = "SecurityLabelTemplate";

    public bool IsReadable(AcmElement root, AcmElement? labelTemplate)
    {
        if (root.Name != Policy)
        {
            problems.Add(root, root.Name is Template or "SecurityPolicySpec" ? PolicyProblemCode.OlderGeneration : PolicyProblemCode.NotAPolicy, root.Name switch
            {
                Template => "this is the label template of 2005, half a policy; its types are in the definition file, which must be read first, with this as its labels (legacy)",
                "SecurityPolicySpec" => "this is the SecurityPolicySpec of June 2005, which came before labels: it numbers virtual machines instead; write a SecurityPolicyDefinition",
                _ => $"the root element is {Quote.Name(root.Name)}; a policy's is {Policy}",
            });
            return false;
        }

        // PolicyHeader{Name Date} of 2005 became PolicyHeader{PolicyName ...} in 2006.
        var isDefinition = root.Children is [{ Name: "PolicyHeader", Children: [{ Name: "Name" }, ..] }, ..];
        if (isDefinition && (labelTemplate is null || !problems.IsLegacy))
        {
            problems.Add(root, PolicyProblemCode.OlderGeneration, "this is the definition file of 2005, half a policy; it is read as legacy only, together with its label template");
            return false;
        }

        if (labelTemplate is not null && (!isDefinition || labelTemplate.Name != Template))
        {
            problems.Add(root, PolicyProblemCode.OlderGeneration, isDefinition
                ? $"its labels were said to be in a file whose root is {Quote.Name(labelTemplate.Name)}; a label template's is {Template}"
                : "a policy since 2006 holds its labels itself and takes no label template");
            return false;
        }

        return true;
    }
}
